import { type Variables, wordsOf } from "./dockerfile-words.js";

/** One `pip install` of a Dockerfile. */
export interface PipInstall {
  /** Options that are passed on to pip. */
  readonly options: readonly string[];
  /** Packages in pip's form; the project's own by their paths. */
  readonly packages: readonly string[];
  /** Paths, absolute in the image or relative to the folder. */
  readonly requirements: readonly string[];
  readonly constraints: readonly string[];
  /** The WORKDIR of the call, such as `/project`. */
  readonly folder: string;
}

const PASSED_FLAGS: ReadonlySet<string> = new Set(["--pre", "--no-deps", "--prefer-binary", "--upgrade", "--no-index"]);
/** Options that matter only in an image, or for pip's output. */
const IGNORED_FLAGS: ReadonlySet<string> = new Set([
  "--no-cache-dir",
  "--no-cache",
  "--quiet",
  "--disable-pip-version-check",
  "--break-system-packages",
  "--system",
  "--no-input",
  "--no-warn-script-location",
  "--no-compile",
]);
const PASSED_OPTIONS: ReadonlySet<string> = new Set([
  "--index-url",
  "--extra-index-url",
  "--find-links",
  "--trusted-host",
  "--only-binary",
  "--no-binary",
]);
const IGNORED_OPTIONS: ReadonlySet<string> = new Set([
  "--root-user-action",
  "--timeout",
  "--default-timeout",
  "--retries",
  "--progress-bar",
  "--cache-dir",
]);
const FILE_OPTIONS = { "--requirement": "requirements", "--constraint": "constraints" } as const;
const LONG_NAMES: Readonly<Record<string, string>> = {
  "-r": "--requirement",
  "-c": "--constraint",
  "-U": "--upgrade",
  "-q": "--quiet",
  "-i": "--index-url",
  "-f": "--find-links",
};
const PIP = /^(?:\S*\/)?(?:pip3?(?:\.\d+)?|python3?(?:\.\d+)? -m pip|uv pip) install(?= |$)/;
/** Syntax outside of quotes by which a shell does more than run one program after another. */
const SHELL_SYNTAX = /[;|<>()`*?~#!\n]|(?<!&)&(?!&)|&&&/;
const QUOTED = /'[^']*'|"(?:\\.|[^"\\])*"/g;

/**
 * Returns the `pip install` calls of a RUN. If it does anything else, returns a sentence that says what is not
 * supported.
 */
export function parsePipInstalls(text: string, variables: Variables, folder: string): PipInstall[] | string {
  const unquoted = text.replace(QUOTED, (quoted) => "q".repeat(quoted.length));
  if (SHELL_SYNTAX.test(unquoted)) return "it needs a shell";
  const installs: PipInstall[] = [];
  for (const [start, end] of commandsIn(unquoted)) {
    const words = text.trimStart().startsWith("[") ? execWords(text) : wordsOf(text.slice(start, end), variables);
    const [command] = PIP.exec(words.join(" ")) ?? [];
    if (command === undefined || /^\S*\//.test(command)) return "only `pip install` is";
    const install = parseArguments(words.slice(command.split(" ").length), folder);
    if (typeof install === "string") return install;
    installs.push(install);
  }
  return installs;
}

function commandsIn(unquoted: string): [number, number][] {
  const commands: [number, number][] = [];
  let start = 0;
  for (const { index } of unquoted.matchAll(/&&/g)) {
    commands.push([start, index]);
    start = index + 2;
  }
  return [...commands, [start, unquoted.length]];
}

function execWords(text: string): string[] {
  try {
    const words: unknown = JSON.parse(text);
    return Array.isArray(words) ? words.map(String) : [];
  } catch {
    return [];
  }
}

function parseArguments(words: readonly string[], folder: string): PipInstall | string {
  const install = {
    options: [] as string[],
    packages: [] as string[],
    requirements: [] as string[],
    constraints: [] as string[],
    folder,
  };
  const ahead = [...words];
  while (ahead.length > 0) {
    const word = ahead.shift()!;
    if (!word.startsWith("-")) {
      install.packages.push(word);
      continue;
    }
    // `-rfile`, `-r file`, `--requirement=file` and `--requirement file` are the same.
    const [, short, attached] = /^(-[a-zA-Z])(.+)?$/.exec(word) ?? [];
    const name = short ? (LONG_NAMES[short] ?? short) : word.split("=", 1)[0]!;
    const attachedValue = short ? attached : word.includes("=") ? word.slice(word.indexOf("=") + 1) : undefined;
    const value = () => attachedValue ?? ahead.shift() ?? "";
    if (name in FILE_OPTIONS) install[FILE_OPTIONS[name as keyof typeof FILE_OPTIONS]].push(value());
    else if (PASSED_OPTIONS.has(name)) install.options.push(name, value());
    else if (IGNORED_OPTIONS.has(name)) value();
    else if (PASSED_FLAGS.has(name)) install.options.push(name);
    else if (name === "-e" || name === "--editable")
      return `an editable package lies in the folder of the build, which goes: install it without ${name}`;
    else if (!IGNORED_FLAGS.has(name)) return `pip's ${name} is not known here`;
  }
  const installs = install.packages.length + install.requirements.length;
  return installs === 0 ? "it names no package and no file" : install;
}
