import { systemPackages } from "./system-packages.js";

/** True of every failure, and no reason. */
const BOILERPLATE =
  /subprocess-exited-with-error|metadata-generation-failed|This error originates|Failed to build|Could not build wheels|Failed building wheel|ResolutionImpossible|Encountered error while/;
const NO_COMPILER =
  /command '[^']*(?:gcc|g\+\+|cc|clang|c\+\+)[^']*' failed: No such file|No such file or directory: '(?:gcc|cc|g\+\+|clang)|Unable to find a compiler|compiler .* not found|Unknown compiler\(s\)|Python\.h: No such file/i;
const MOST = 1_000;

/**
 * Why an installation failed, in a sentence: what the installer called its error.
 * @param output the end of what it wrote
 */
export function installFailure(output: string, command: string, code: number): string {
  const lines = output.split("\n").map((line) => line.trim());
  const errors = lines.filter((line) => /^(?:ERROR|error)\b|^×/.test(line));
  const said = (
    errors.findLast((line) => !BOILERPLATE.test(line)) ??
    errors.at(-1) ??
    lines.findLast(Boolean) ??
    ""
  ).slice(0, MOST);
  const reason = said.replace(/^(?:ERROR|error):?\s*|^×\s*/, "") || "it said nothing";
  const hint = NO_COMPILER.test(output)
    ? ` A package without a wheel for this Python is compiled, and this machine has no compiler: ${systemPackages().compiler}`
    : "";
  return `${reason} (${command} ended with ${code}).${hint}`;
}
