/** The engine's words for every command that fails; they give no reason. */
const ENGINES_WORDS = /^The command .* returned a non-zero code: \d+$/s;
const BOILERPLATE =
  /^(?:Step \d+\/\d+ :|-{2,}> |Removing intermediate container|Removed intermediate container|\[notice\]|note: |hint: |WARNING: |W: |npm (?:ERR! |error )(?:A complete log|code |errno )|\s*(?:\^|~)+\s*$)/i;
const ERROR =
  /\b(?:error|fatal|failed|failure|cannot|can't|could not|unable|not found|no such|denied|refused|missing|invalid|killed|no space)\b|(?:Error|Exception)\b|^E: /i;

/**
 * Why a build failed, and then the end of its log: the first line is the last error that the failing step wrote, else
 * its last line; where the step wrote nothing, or the builder itself refused, what the engine said.
 * @param tail the end of the log, at most so much as an error may be.
 */
export function failureOf(tail: string, engines: string): string {
  const reason = ENGINES_WORDS.test(engines) ? (lastError(tail, engines) ?? engines) : engines;
  return tail === reason || tail === "" ? reason : `${reason}\n\n${tail}`;
}

function lastError(tail: string, engines: string): string | null {
  const lines = tail.slice(0, tail.lastIndexOf(engines.trim()) >>> 0).split("\n");
  const step = lines.findLastIndex((line) => /^Step \d+\/\d+ :/.test(line));
  const said = lines.slice(step + 1).filter((line) => line.trim() !== "" && !BOILERPLATE.test(line.trim()));
  return (said.findLast((line) => ERROR.test(line)) ?? said.at(-1))?.trim() ?? null;
}
