import type { OnLog } from "../image-builder.js";
import { systemPackages } from "./system-packages.js";

/** The variables of installers, compilers, certificates and proxies. The server's own settings are not among them. */
const PASSED =
  /^(?:PATH|HOME|USER|LOGNAME|LANG|LC_\w+|TZ|TMPDIR|XDG_\w+|PIP_\w+|UV_\w+|SSL_CERT_\w+|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|NETRC|CC|CXX|FC|CFLAGS|CXXFLAGS|CPPFLAGS|LDFLAGS|PKG_CONFIG_PATH|MAKEFLAGS|CMAKE_\w+|SDKROOT|MACOSX_DEPLOYMENT_TARGET|(?:https?|no|all|ftp)_proxy)$/i;

/** These would change where packages are installed. */
const CHANGES_TARGET =
  /^(?:PIP_(?:USER|TARGET|PREFIX|ROOT|PYTHON|REQUIRE_VIRTUALENV|LOG)|UV_(?:PYTHON|PROJECT|SYSTEM)\w*)$/i;

/** Returns the environment of pip and uv. */
export function installerEnv(from: NodeJS.ProcessEnv): Record<string, string> {
  const passed = Object.entries(from).filter(([name]) => PASSED.test(name) && !CHANGES_TARGET.test(name));
  return {
    ...(Object.fromEntries(passed) as Record<string, string>),
    PIP_DISABLE_PIP_VERSION_CHECK: "1",
    PIP_NO_INPUT: "1",
    PIP_PROGRESS_BAR: "off",
    PYTHONUNBUFFERED: "1",
    UV_NO_PROGRESS: "1",
    UV_LINK_MODE: "copy",
  };
}

const MAX_LINE = 16 * 1024;

/** Passes text on line by line, each with its end. A line that is too long comes in pieces. */
export class LineBuffer {
  private rest = "";

  constructor(private readonly onLine: OnLog) {}

  write(text: string): void {
    const lines = (this.rest + text).split(/(?<=\n)/);
    const last = lines.at(-1)!;
    this.rest = last.endsWith("\n") || last.length > MAX_LINE ? "" : last;
    for (const line of this.rest === "" ? lines : lines.slice(0, -1)) if (line !== "") this.onLine(line);
  }

  /** Passes on the text after the last end of a line. */
  end(): void {
    if (this.rest !== "") this.onLine(`${this.rest}\n`);
    this.rest = "";
  }
}

/** Lines of every failure, without a reason. */
const BOILERPLATE =
  /subprocess-exited-with-error|metadata-generation-failed|This error originates|Failed to build|Could not build wheels|Failed building wheel|ResolutionImpossible|Encountered error while/;

const NO_COMPILER =
  /command '[^']*(?:gcc|g\+\+|cc|clang|c\+\+)[^']*' failed: No such file|No such file or directory: '(?:gcc|cc|g\+\+|clang)|Unable to find a compiler|compiler .* not found|Unknown compiler\(s\)|Python\.h: No such file/i;

const MAX_REASON = 1_000;

/**
 * Returns the reason of a failed installation in a sentence: the installer's error.
 * @param output the end of the installer's output
 */
export function installFailure(output: string, command: string, code: number): string {
  const lines = output.split("\n").map((line) => line.trim());
  const errors = lines.filter((line) => /^(?:ERROR|error)\b|^×/.test(line));
  const message = (
    errors.findLast((line) => !BOILERPLATE.test(line)) ??
    errors.at(-1) ??
    lines.findLast(Boolean) ??
    ""
  ).slice(0, MAX_REASON);
  const reason = message.replace(/^(?:ERROR|error):?\s*|^×\s*/, "") || "it said nothing";
  const hint = NO_COMPILER.test(output)
    ? ` A package without a wheel for this Python is compiled, and this machine has no compiler: ${systemPackages().compiler}`
    : "";
  return `${reason} (${command} ended with ${code}).${hint}`;
}
