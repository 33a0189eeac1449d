import { type Variables, wordsOf } from "./dockerfile-words.js";

/** One `pip install` of a Dockerfile. */
export interface PipInstall {
  /** Options that pip is given as they are. */
  readonly options: readonly string[];
  /** Packages as pip names them; those of the project by their paths. */
  readonly packages: readonly string[];
  /** Paths, absolute in the image or relative to the folder. */
  readonly requirements: readonly string[];
  readonly constraints: readonly string[];
  /** The WORKDIR in which it runs, as `/project`. */
  readonly folder: string;
}

const TAKEN_ALONE: ReadonlySet<string> = new Set(["--pre", "--no-deps", "--prefer-binary", "--upgrade", "--no-index"]);
/** The options that matter in an image alone, or for pip's output. */
const DROPPED_ALONE: ReadonlySet<string> = new Set([
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
const TAKEN_WITH_VALUE: ReadonlySet<string> = new Set([
  "--index-url",
  "--extra-index-url",
  "--find-links",
  "--trusted-host",
  "--only-binary",
  "--no-binary",
]);
const DROPPED_WITH_VALUE: ReadonlySet<string> = new Set([
  "--root-user-action",
  "--timeout",
  "--default-timeout",
  "--retries",
  "--progress-bar",
  "--cache-dir",
]);
const FILES = { "--requirement": "requirements", "--constraint": "constraints" } as const;
const LONG: Readonly<Record<string, string>> = {
  "-r": "--requirement",
  "-c": "--constraint",
  "-U": "--upgrade",
  "-q": "--quiet",
  "-i": "--index-url",
  "-f": "--find-links",
};

const PIP = /^(?:\S*\/)?(?:pip3?(?:\.\d+)?|python3?(?:\.\d+)? -m pip|uv pip) install(?= |$)/;
/** Outside of quotes: what makes a shell do more than start one program after another. */
const SHELL = /[;|<>()`*?~#!\n]|(?<!&)&(?!&)|&&&/;
const QUOTED = /'[^']*'|"(?:\\.|[^"\\])*"/g;

/**
 * Returns what a RUN installs by pip alone, one `pip install` after another; else a sentence that says what it does
 * beside that, or what of pip is not carried out.
 */
export function pipInstalls(text: string, variables: Variables, folder: string): PipInstall[] | string {
  const unquoted = text.replace(QUOTED, (quoted) => "q".repeat(quoted.length));
  if (SHELL.test(unquoted)) return "it needs a shell";
  const installs: PipInstall[] = [];
  for (const [start, end] of commandsIn(unquoted)) {
    const words = text.trimStart().startsWith("[") ? execWords(text) : wordsOf(text.slice(start, end), variables);
    const [command] = PIP.exec(words.join(" ")) ?? [];
    if (command === undefined || /^\S*\//.test(command)) return "only `pip install` is";
    const install = parsed(words.slice(command.split(" ").length), folder);
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

function parsed(words: readonly string[], folder: string): PipInstall | string {
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
    // `-rfile`, `-r file`, `--requirement=file` and `--requirement file` are one.
    const [, short, attached] = /^(-[a-zA-Z])(.+)?$/.exec(word) ?? [];
    const name = short ? (LONG[short] ?? short) : word.split("=", 1)[0]!;
    const given = short ? attached : word.includes("=") ? word.slice(word.indexOf("=") + 1) : undefined;
    const value = () => given ?? ahead.shift() ?? "";
    if (name in FILES) install[FILES[name as keyof typeof FILES]].push(value());
    else if (TAKEN_WITH_VALUE.has(name)) install.options.push(name, value());
    else if (DROPPED_WITH_VALUE.has(name)) value();
    else if (TAKEN_ALONE.has(name)) install.options.push(name);
    else if (name === "-e" || name === "--editable")
      return `an editable package lies in the folder of the build, which goes: install it without ${name}`;
    else if (!DROPPED_ALONE.has(name)) return `pip's ${name} is not known here`;
  }
  const installs = install.packages.length + install.requirements.length;
  return installs === 0 ? "it names no package and no file" : install;
}
