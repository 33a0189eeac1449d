import type { ResourceProfile } from "../graph/resource-profile.js";
import type { Slot } from "../jobs/job.js";
import type { ObservedContainer } from "../runtime/runtime.js";
import { plainText } from "../text/printable.js";

/** The time for which the container of an attempt may take until it claims the attempt. */
export const START_MS = 2 * 60_000;
/** The time for which a container at work may go without a heartbeat. */
const SILENT_MS = 5 * 60_000;

/** Why an attempt is lost: trainings and replicas say it in the same words. */
export const LOST = {
  notGranted: "the attempt was not granted",
  notBegun: `the container did not begin within ${START_MS / 60_000} minutes`,
  gone: "the container is gone",
  silent: `the container has not been heard for ${SILENT_MS / 60_000} minutes`,
} as const;

/**
 * True if a claimed attempt has given no heartbeat for too long.
 * @param listeningForMs how long this process has been there to hear one: nobody is silent who was not listened to.
 */
export function isSilent(
  { claimed_at, heartbeat_at }: Pick<Slot, "claimed_at" | "heartbeat_at">,
  listeningForMs: number,
  now: Date,
): boolean {
  const last = heartbeat_at ?? claimed_at;
  return last !== null && Math.min(now.getTime() - last.getTime(), listeningForMs) > SILENT_MS;
}

/** The entrypoint's own code: its attempt was not granted, or no longer. */
export const NOT_GRANTED = 75;
/** The entrypoint's own code after a SIGTERM: of the engine as it ends, or of the host. */
export const STOPPED = 143;

/** The exit code that a shell gives a signal: 128 and its number. */
const SIGNALS: Readonly<Record<number, string>> = {
  132: "SIGILL, an instruction that this processor does not have",
  134: "SIGABRT",
  135: "SIGBUS, as when /dev/shm or the disk is full",
  136: "SIGFPE",
  137: "SIGKILL, from outside",
  139: "SIGSEGV, a fault in compiled code",
};

/** Why a container ended that said nothing itself: from its exit code, and from the last line that it wrote. */
export function exitReason({ exit }: ObservedContainer, { memory_mb }: ResourceProfile, lastOutput: string): string {
  if (exit?.outOfMemory) return `out of memory: the container may use ${memory_mb} MiB`;
  const lastLine = lastOutput.trimEnd().split("\n").at(-1)?.trim();
  const said = lastLine ? `: ${plainText(lastLine, 500)}` : "";
  const signal = SIGNALS[exit?.code ?? 0];
  return `the container ended with exit code ${exit?.code ?? "unknown"}${signal ? ` (${signal})` : ""}${said}`;
}
