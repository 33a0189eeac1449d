import type { ResourceProfile } from "../graph/resource-profile.js";
import type { Replica } from "../runtime/runtime.js";
import { plainText } from "../text/printable.js";

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
export function howItEnded({ exit }: Replica, { memory_mb }: ResourceProfile, lastOutput: string): string {
  if (exit?.outOfMemory) return `out of memory: the container may use ${memory_mb} MiB`;
  const lastLine = lastOutput.trimEnd().split("\n").at(-1)?.trim();
  const said = lastLine ? `: ${plainText(lastLine, 500)}` : "";
  const signal = SIGNALS[exit?.code ?? 0];
  return `the container ended with exit code ${exit?.code ?? "unknown"}${signal ? ` (${signal})` : ""}${said}`;
}
