import { DomainError } from "../errors.js";
import { ImageBuildError } from "../runtime/image-builder.js";
import { SourceError } from "../source/source.js";
import { isStepLine } from "./step-line.js";

/** A fault of the build itself, shown on its record. Other errors are retried. */
export class BuildRefused extends Error {}

/** Returns the message if the build is at fault; null if the engine or Rocas is. */
export function messageForUser(error: unknown): string | null {
  const isUsersFault =
    error instanceof BuildRefused ||
    error instanceof ImageBuildError ||
    error instanceof SourceError ||
    (error instanceof DomainError && error.code !== "RUNTIME_UNAVAILABLE");
  return isUsersFault ? error.message : null;
}

/** The engine's message for any failed command; it gives no reason. */
const STEP_FAILED = /^The command .* returned a non-zero code: \d+$/s;
const BOILERPLATE =
  /^(?:Step \d+\/\d+ :|-{2,}> |Removing intermediate container|Removed intermediate container|\[notice\]|note: |hint: |WARNING: |W: |npm (?:ERR! |error )(?:A complete log|code |errno )|\s*(?:\^|~)+\s*$)/i;
const ERROR_WORDS =
  /\b(?:error|fatal|failed|failure|cannot|can't|could not|unable|not found|no such|denied|refused|missing|invalid|killed|no space)\b|(?:Error|Exception)\b|^E: /i;

/**
 * Returns why a build failed, then the end of its log.
 * The reason is the failing step's last error line, else its last line, else the engine's message.
 */
export function describeFailure(tail: string, engineMessage: string): string {
  const reason = STEP_FAILED.test(engineMessage) ? (lastError(tail, engineMessage) ?? engineMessage) : engineMessage;
  return tail === reason || tail === "" ? reason : `${reason}\n\n${tail}`;
}

function lastError(tail: string, engineMessage: string): string | null {
  const lines = tail.slice(0, tail.lastIndexOf(engineMessage.trim()) >>> 0).split("\n");
  const step = lines.findLastIndex(isStepLine);
  const output = lines.slice(step + 1).filter((line) => line.trim() !== "" && !BOILERPLATE.test(line.trim()));
  return (output.findLast((line) => ERROR_WORDS.test(line)) ?? output.at(-1))?.trim() ?? null;
}
