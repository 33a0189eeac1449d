import type { ResourceProfile } from "../graph/resource-profile.js";
import type { Replica } from "../runtime/runtime.js";
import { plainText } from "./plain-text.js";

/** The entrypoint's own code: its attempt was not granted, or no longer. */
export const NOT_GRANTED = 75;
/** The entrypoint's own code after a SIGTERM: of the engine as it ends, or of the host. */
export const STOPPED = 143;

/** Why a container ended that said nothing itself: from its exit code, and from the last line that it wrote. */
export function howItEnded({ exit }: Replica, { memory_mb }: ResourceProfile, lastOutput: string): string {
  if (exit?.outOfMemory) return `out of memory: the container may use ${memory_mb} MiB`;
  const lastLine = lastOutput.trimEnd().split("\n").at(-1)?.trim();
  const said = lastLine ? `: ${plainText(lastLine, 500)}` : "";
  return `the container ended with exit code ${exit?.code ?? "unknown"}${said}`;
}
