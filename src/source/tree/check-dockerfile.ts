import { SourceError } from "../source.js";
import { heredocsIn, type Instruction, readInstructions, topComments } from "./read-instructions.js";
import { type FileEntry, followLink, type TreeEntry } from "./tree-entry.js";

/** @throws SourceError if the tree has none. */
export function dockerfileIn<E extends TreeEntry>(entries: readonly E[]): E & FileEntry {
  const byPath = new Map<string, E>(entries.map((entry) => [entry.path, entry]));
  const named = byPath.get("Dockerfile");
  const entry = named?.kind === "link" ? byPath.get(followLink(named, byPath) ?? "") : named;
  if (entry?.kind !== "file") throw new SourceError("The project has no Dockerfile in its top folder.");
  return entry as E & FileEntry;
}

const BUILT_IN = "(?:(?:TARGET|BUILD)(?:PLATFORM|OS|OSVERSION|ARCH|VARIANT)|TARGETSTAGE)";
const BUILT_IN_NAME = new RegExp(`^${BUILT_IN}$`);
/** Also with a modifier that gives no other value in place of an empty one. */
const BUILT_IN_VALUE = new RegExp(`\\$(?:(${BUILT_IN})\\b|\\{(${BUILT_IN})(?:\\}|:?\\+|[#%/]))`, "g");
const GIT_REPOSITORY = /(?:^|\s|")(?:git@|git:\/\/|ssh:\/\/|https?:\/\/[^\s"]+\.git(?:[#?"\s]|$))/;

/** The flags that the classic builder carries out on every engine; it reads others, and some it leaves out in silence. */
const FLAGS: Readonly<Record<string, readonly string[]>> = {
  RUN: [],
  COPY: ["from", "chown"],
  ADD: ["chown"],
  FROM: ["platform"],
};

const MOST_TOLD = 10;

/** Arguments that have a value before the first stage, by their names. */
type Given = Map<string, string>;

/**
 * The classic builder leaves out some of what BuildKit would do, on some engines without a word: an image that was built
 * would be another than the one meant.
 * @param platform of the engine, as `linux/amd64`, for which alone it builds; null if it is not known
 * @throws SourceError that names each such thing with its line.
 */
export function checkDockerfile(text: string, platform: string | null): void {
  const given: Given = new Map();
  let stages = 0;
  const problems = commentProblems(text);
  for (const instruction of readInstructions(text)) {
    const { name, text: rest } = unwrapped(instruction);
    if (name === "ARG" && stages === 0)
      for (const [each, value] of defaultsIn(rest)) given.set(each, expanded(value, given) ?? value);
    if (name === "FROM") stages += 1;
    for (const what of problemsOf(name, rest, given, platform)) problems.push(`line ${instruction.line}: ${what}`);
  }
  if (problems.length === 0) return;
  const told = problems.slice(0, MOST_TOLD).join("; ");
  const more = problems.length > MOST_TOLD ? `; and ${problems.length - MOST_TOLD} more` : "";
  throw new SourceError(
    `The Dockerfile needs what only BuildKit does, and the engine's classic builder does not carry out: ${told}${more}.`,
  );
}

function commentProblems(text: string): string[] {
  return topComments(text).flatMap((comment, number) => {
    const shownAs = JSON.stringify(comment.trim().slice(0, 100));
    if (/^\s*#\s*syntax\s*=/i.test(comment))
      return [`line ${number + 1}: another frontend (${shownAs}); take the line out, and what needs it`];
    if (/^\s*#\s*check\s*=.*\berror\s*=\s*true/i.test(comment))
      return [`line ${number + 1}: checks that fail the build (${shownAs}); take the line out`];
    return [];
  });
}

/** The instructions of an ONBUILD, which run in the builds that start from the image. */
function unwrapped({ name, text }: Pick<Instruction, "name" | "text">): Pick<Instruction, "name" | "text"> {
  if (name !== "ONBUILD") return { name, text };
  const [inner = ""] = text.split(/\s/, 1);
  return { name: inner.toUpperCase(), text: text.slice(inner.length).trim() };
}

function problemsOf(name: string, text: string, given: Given, platform: string | null): string[] {
  if (name === "ARG")
    return namesIn(text)
      .filter((each) => BUILT_IN_NAME.test(each) && !given.has(each))
      .map((each) => `ARG ${each} would be empty; give it a default, as \`ARG ${each}=...\``);
  const problems = flagsIn(text)
    .filter(([flag]) => FLAGS[name] && !FLAGS[name].includes(flag))
    .map(([flag]) => `${name} --${flag}; ${INSTEAD[flag] ?? "do without it"}`);
  if (name === "FROM") problems.push(...fromProblems(text, given, platform));
  if (name === "RUN" || name === "COPY" || name === "ADD")
    for (const { delimiter } of heredocsIn(text))
      problems.push(`${name} with a here-document (<<${delimiter}); ${HEREDOC_INSTEAD[name]}`);
  if (name === "ADD" && GIT_REPOSITORY.test(text))
    problems.push("ADD of a git repository; clone it in a RUN, or make it a submodule");
  return problems;
}

function fromProblems(text: string, given: Given, platform: string | null): string[] {
  const empty = [...text.matchAll(BUILT_IN_VALUE)].map(([, plain, braced]) => plain ?? braced!);
  const problems = empty
    .filter((variable) => !given.has(variable))
    .map((variable) => `$${variable} in FROM would be empty; name the platform, or leave it out`);
  if (problems.length > 0) return problems;
  return flagsIn(text)
    .filter(([flag, value]) => flag === "platform" && !isBuiltFor(expanded(value, given), platform))
    .map(
      ([, value]) =>
        `FROM --platform=${value.slice(0, 100)}; the engine builds for ${platform ?? "its own platform"} alone: leave it out, or build on an engine of that platform`,
    );
}

const isBuiltFor = (named: string | null, platform: string | null): boolean =>
  named !== null && platform !== null && isOwnPlatform(named, platform);

const INSTEAD: Readonly<Record<string, string>> = {
  chmod: "change the mode in a RUN",
  link: "copy without it",
  mount: "copy what it needs, or fetch it in the RUN",
  parents: "copy folder by folder",
  exclude: "name it in .dockerignore",
  checksum: "compare it with sha256sum in a RUN",
};

const HEREDOC_INSTEAD = {
  RUN: "join the commands with `&&`, or copy a script and run it",
  COPY: "keep the text in a file of the project",
  ADD: "keep the text in a file of the project",
} as const;

/** Flags with their values. */
const flagsIn = (text: string): [string, string][] => {
  const flags: [string, string][] = [];
  for (const word of text.split(/\s+/)) {
    const [, flag, value = ""] = /^--([a-z][a-z-]*)(?:=(.*)|$)/i.exec(word) ?? [];
    if (!flag) break;
    flags.push([flag, value]);
  }
  return flags;
};

/** With the values of arguments; null if one of them has none. */
function expanded(text: string, given: ReadonlyMap<string, string>): string | null {
  let isWhole = true;
  const value = text.replace(
    /\$(?:(\w+)|\{(\w+)(?::?-([^}]*))?\})/g,
    (_, plain?: string, braced?: string, otherwise?: string) => {
      const found = given.get((plain ?? braced)!) ?? otherwise;
      isWhole &&= found !== undefined;
      return found ?? "";
    },
  );
  return isWhole && !value.includes("$") ? value : null;
}

const namesIn = (text: string): string[] => text.split(/\s+/).filter((word) => !word.includes("="));

const defaultsIn = (text: string): [string, string][] =>
  text.split(/\s+/).flatMap((word) => {
    const [, name, value] = /^(\w+)=(["']?.+)$/.exec(word) ?? [];
    return name ? [[name, value!.replace(/^(["'])(.*)\1$/, "$2")]] : [];
  });

/** Names of one machine, as Dockerfiles spell them. */
const MACHINES: Readonly<Record<string, string>> = {
  x86_64: "amd64",
  "x86-64": "amd64",
  aarch64: "arm64",
  armhf: "arm/v7",
  armel: "arm/v6",
  i386: "386",
};
/** The variant that a machine is if none is said. */
const USUAL_VARIANT: Readonly<Record<string, string>> = { amd64: "v1", arm64: "v8", arm: "v7" };
const SYSTEMS: ReadonlySet<string> = new Set(["linux", "windows", "darwin", "freebsd"]);

/**
 * True if a platform as a Dockerfile names it (`linux/amd64`, `x86_64`, `linux/arm64/v8`) is the engine's own.
 * @param own of the engine, as `linux/amd64`
 */
function isOwnPlatform(named: string, own: string): boolean {
  const [system, machine] = own.split("/");
  const parts = named.toLowerCase().split("/");
  const [given] = parts;
  if (!SYSTEMS.has(given!)) parts.unshift(system!);
  return whole(parts, machine!) === whole([system!, machine!], machine!);
}

function whole([system, named, variant]: readonly string[], own: string): string {
  const [machine = "", implied] = (MACHINES[named ?? own] ?? named ?? own).split("/");
  const said = variant?.replace(/^(?=\d)/, "v") ?? implied ?? USUAL_VARIANT[machine] ?? "";
  return `${system}/${machine}/${said}`;
}
