import { DomainError } from "../errors.js";
import type { ContainerSpec } from "./runtime.js";
import { SCRATCH_FOLDER } from "./scratch-folder.js";

const NAME = /^[A-Z_][A-Z0-9_]{0,99}$/;
/** They choose what a program loads and where it looks, or are read as ours. */
const KEPT = /^(?:LD_|PYTHON|ROCAS_|DOCKER_)|^PATH$/;
const UNPRINTABLE = /[\u0000-\u001f\u007f]/;
const MOST_ENTRIES = 100;
const MOST_BYTES = 32 * 1024;

/**
 * The environment of a container: where the run listener is, and which attempt this is.
 * @throws BAD_USER_INPUT if a name or value could do more than inform.
 */
export function containerEnv({ env, kind, job, slot, attempt }: ContainerSpec, scratch = SCRATCH_FOLDER): string[] {
  const ours: Record<string, string> = {
    // On the scratch volume, which is as large as the container may use: /tmp lies in its memory.
    TMPDIR: `${scratch}/tmp`,
    ROCAS_JOB: job,
    ROCAS_KIND: kind,
    ROCAS_SLOT: String(slot),
    ROCAS_ATTEMPT: String(attempt),
  };
  const entries = Object.entries({ ...env, ...ours });
  for (const [name, value] of entries)
    if (!NAME.test(name) || UNPRINTABLE.test(value) || (KEPT.test(name) && !(name in ours) && name !== "ROCAS_RUN_URL"))
      throw new DomainError(
        "BAD_USER_INPUT",
        `${JSON.stringify(name.slice(0, 100))} cannot be in a container's environment: a name has capitals, digits and underscores, is none of LD_*, PATH, PYTHON*, ROCAS_* and DOCKER_*, and its value has no control characters.`,
      );
  const lines = entries.map(([name, value]) => `${name}=${value}`);
  if (lines.length > MOST_ENTRIES || Buffer.byteLength(lines.join("\n")) > MOST_BYTES)
    throw new DomainError("BAD_USER_INPUT", "A container's environment has 100 entries and 32 KiB at most.");
  return lines;
}
