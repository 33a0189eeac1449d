import { DomainError } from "../errors.js";
import { ImageBuildError } from "../runtime/image-builder.js";
import { SourceError } from "../source/source.js";

/** The build itself is at fault: data on its record. What else goes wrong is tried again. */
export class BuildRefused extends Error {}

/** The reason for the user who asked for the build; null if it is none of theirs: the engine away, or our own side. */
export function messageForUser(error: unknown): string | null {
  const isUsersFault =
    error instanceof BuildRefused ||
    error instanceof ImageBuildError ||
    error instanceof SourceError ||
    (error instanceof DomainError && error.code !== "RUNTIME_UNAVAILABLE");
  return isUsersFault ? error.message : null;
}

/** The engine's words for every command that fails; they give no reason. */
const STEP_FAILED = /^The command .* returned a non-zero code: \d+$/s;
const BOILERPLATE =
  /^(?:Step \d+\/\d+ :|-{2,}> |Removing intermediate container|Removed intermediate container|\[notice\]|note: |hint: |WARNING: |W: |npm (?:ERR! |error )(?:A complete log|code |errno )|\s*(?:\^|~)+\s*$)/i;
const ERROR_WORDS =
  /\b(?:error|fatal|failed|failure|cannot|can't|could not|unable|not found|no such|denied|refused|missing|invalid|killed|no space)\b|(?:Error|Exception)\b|^E: /i;

/**
 * Why a build failed, and then the end of its log: the first line is the last error that the failing step wrote, else
 * its last line; where the step wrote nothing, or the builder itself refused, what the engine said.
 * @param tail the end of the log, at most so much as an error may be.
 */
export function describeFailure(tail: string, engineMessage: string): string {
  const reason = STEP_FAILED.test(engineMessage) ? (lastError(tail, engineMessage) ?? engineMessage) : engineMessage;
  return tail === reason || tail === "" ? reason : `${reason}\n\n${tail}`;
}

function lastError(tail: string, engineMessage: string): string | null {
  const lines = tail.slice(0, tail.lastIndexOf(engineMessage.trim()) >>> 0).split("\n");
  const step = lines.findLastIndex((line) => /^Step \d+\/\d+ :/.test(line));
  const output = lines.slice(step + 1).filter((line) => line.trim() !== "" && !BOILERPLATE.test(line.trim()));
  return (output.findLast((line) => ERROR_WORDS.test(line)) ?? output.at(-1))?.trim() ?? null;
}
