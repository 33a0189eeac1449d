import type { ResourceProfile } from "../graph/resource-profile.js";
import type { Slot } from "../jobs/job.js";
import type { ObservedContainer } from "../runtime/runtime.js";
import { plainText } from "../text/printable.js";
import { MINUTE_MS } from "../units.js";

/** The state of the attempt that a slot is at. Trainings and replicas differ only in their answers to it. */
export type AttemptState =
  /** The slot has no attempt, or its last one was given up. */
  | { readonly is: "NONE" }
  /** The attempt is stored, and its container does not run yet. */
  | { readonly is: "INTENDED" }
  /** The container runs and has not claimed the attempt yet. */
  | { readonly is: "STARTING" }
  /** The container is at work. */
  | { readonly is: "CLAIMED" }
  /** The program reported its result. */
  | { readonly is: "COMPLETED"; readonly error: string | null; readonly ok: boolean }
  /** The container ended, since its attempt was not granted. */
  | { readonly is: "NOT_GRANTED"; readonly container: ObservedContainer }
  /** The container ended without a report. */
  | { readonly is: "EXITED"; readonly container: ObservedContainer }
  /** The container uses more than it may. */
  | { readonly is: "OVER_LIMIT"; readonly reason: string }
  /** The container cannot be at work any more. */
  | { readonly is: "LOST"; readonly reason: string };

/** The observed facts about an attempt. */
export interface ObservedAttempt {
  /** The container of the attempt, or null if the engine shows none. */
  readonly container: ObservedContainer | null;
  /** The limit that the container exceeds, in words, or null. */
  readonly overLimit: string | null;
  /** The time for which this process has been able to receive heartbeats. */
  readonly listeningForMs: number;
}

const START_MS = 2 * MINUTE_MS;
const SILENT_MS = 5 * MINUTE_MS;

/** The exit code of the entrypoint if its attempt was not granted, or no longer. */
const NOT_GRANTED = 75;
/** The exit code of the entrypoint after a SIGTERM, of the engine as it ends or of the host. */
export const STOPPED = 143;

/** Returns the state of an attempt, given its slot and what was observed of it. Pure. */
export function attemptState(slot: Slot, observed: ObservedAttempt, now: Date): AttemptState {
  const { completed, token_hash, claimed_at, intended_at } = slot;
  const { container, overLimit } = observed;
  if (completed) return { is: "COMPLETED", ok: completed.ok, error: completed.error };
  if (token_hash === null) return { is: "NONE" };
  if (container?.state === "EXITED")
    return { is: container.exit?.code === NOT_GRANTED ? "NOT_GRANTED" : "EXITED", container };
  if (!claimed_at) {
    if (intended_at && now.getTime() - intended_at.getTime() > START_MS)
      return lost(`the container did not begin within ${START_MS / MINUTE_MS} minutes`);
    return { is: container?.state === "RUNNING" ? "STARTING" : "INTENDED" };
  }
  if (!container) return lost("the container is gone");
  if (overLimit !== null) return { is: "OVER_LIMIT", reason: overLimit };
  if (isSilent(slot, observed, now))
    return lost(`the container has not been heard for ${SILENT_MS / MINUTE_MS} minutes`);
  return { is: "CLAIMED" };
}

const lost = (reason: string): AttemptState => ({ is: "LOST", reason });

/** True if no heartbeat has come for too long, and this process would have received one. */
function isSilent({ claimed_at, heartbeat_at }: Slot, { listeningForMs }: ObservedAttempt, now: Date): boolean {
  const last = heartbeat_at ?? claimed_at;
  return last !== null && Math.min(now.getTime() - last.getTime(), listeningForMs) > SILENT_MS;
}

/**
 * Returns the containers that a slot may have left. The recorded one counts too: its volumes may be there still, if the
 * answer to its removal was lost.
 */
export const leftoversOf = (
  { container }: Pick<Slot, "container">,
  observed: readonly ObservedContainer[],
): string[] => [...new Set([...observed.map(({ name }) => name), ...(container ? [container] : [])])];

/** The exit code that a shell gives a signal is 128 and its number. */
const SIGNALS: Readonly<Record<number, string>> = {
  132: "SIGILL, an instruction that this processor does not have",
  134: "SIGABRT",
  135: "SIGBUS, as when /dev/shm or the disk is full",
  136: "SIGFPE",
  137: "SIGKILL, from outside",
  139: "SIGSEGV, a fault in compiled code",
};

const NOT_BEGUN =
  ". It had not asked for its work yet. Mostly its Python does not start: `python3` of an image must be 3.8 or newer, with its whole standard library";

/**
 * Returns why a container ended that reported nothing, from its exit code and its last line of output.
 * @param hasBegun false if it had not claimed its attempt
 */
export function exitReason(
  { exit }: ObservedContainer,
  { memory_mb }: ResourceProfile,
  lastOutput: string,
  hasBegun: boolean,
): string {
  if (exit?.outOfMemory) return `out of memory: the container may use ${memory_mb} MiB`;
  const lastLine = lastOutput.trimEnd().split("\n").at(-1)?.trim();
  const output = lastLine ? `: ${plainText(lastLine, 500)}` : "";
  // Its last line says who did not grant it, or which address it did not reach.
  if (exit?.code === NOT_GRANTED) return `the attempt was not granted${output}`;
  const signal = SIGNALS[exit?.code ?? 0];
  if (signal) return `the container ended with exit code ${exit?.code} (${signal})${output}`;
  const isExplained = hasBegun || lastLine?.startsWith("BadPython");
  return `the container ended with exit code ${exit?.code ?? "unknown"}${output}${isExplained ? "" : NOT_BEGUN}`;
}
