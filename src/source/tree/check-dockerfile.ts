import { SourceError } from "../source.js";
import { isSamePlatform } from "./platforms.js";
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
/** A variable with no modifier, or with one that gives an empty value no default. */
const BUILT_IN_VALUE = new RegExp(`\\$(?:(${BUILT_IN})\\b|\\{(${BUILT_IN})(?:\\}|:?\\+|[#%/]))`, "g");
const GIT_REPOSITORY = /(?:^|\s|")(?:git@|git:\/\/|ssh:\/\/|https?:\/\/[^\s"]+\.git(?:[#?"\s]|$))/;

/** Flags that the classic builder carries out on every engine. It ignores some others without a word. */
const FLAGS: Readonly<Record<string, readonly string[]>> = {
  RUN: [],
  COPY: ["from", "chown"],
  ADD: ["chown"],
  FROM: ["platform"],
};

const MAX_LISTED = 10;

/** Default values of the arguments before the first stage, by name. */
type ArgDefaults = Map<string, string>;

/**
 * Refuses what only BuildKit does. The classic builder ignores some of it in silence, and would make another image.
 * @param platform the only one that the engine builds for, as `linux/amd64`; null if unknown.
 * @throws SourceError naming each such instruction with its line.
 */
export function checkDockerfile(text: string, platform: string | null): void {
  const defaults: ArgDefaults = new Map();
  let stages = 0;
  const problems = commentProblems(text);
  for (const instruction of readInstructions(text)) {
    const { name, text: rest } = triggered(instruction);
    if (name === "ARG" && stages === 0)
      for (const [each, value] of defaultsIn(rest)) defaults.set(each, expand(value, defaults) ?? value);
    if (name === "FROM") stages += 1;
    for (const what of problemsOf(name, rest, defaults, platform)) problems.push(`line ${instruction.line}: ${what}`);
  }
  if (problems.length === 0) return;
  const listed = problems.slice(0, MAX_LISTED).join("; ");
  const more = problems.length > MAX_LISTED ? `; and ${problems.length - MAX_LISTED} more` : "";
  throw new SourceError(
    `The Dockerfile needs what only BuildKit does, and the engine's classic builder does not carry out: ${listed}${more}.`,
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

/** Returns the instruction inside an ONBUILD, which runs in later builds from the image. */
function triggered({ name, text }: Pick<Instruction, "name" | "text">): Pick<Instruction, "name" | "text"> {
  if (name !== "ONBUILD") return { name, text };
  const [inner = ""] = text.split(/\s/, 1);
  return { name: inner.toUpperCase(), text: text.slice(inner.length).trim() };
}

function problemsOf(name: string, text: string, defaults: ArgDefaults, platform: string | null): string[] {
  if (name === "ARG")
    return namesIn(text)
      .filter((each) => BUILT_IN_NAME.test(each) && !defaults.has(each))
      .map((each) => `ARG ${each} would be empty; give it a default, as \`ARG ${each}=...\``);
  const problems = flagsIn(text)
    .filter(([flag]) => FLAGS[name] && !FLAGS[name].includes(flag))
    .map(([flag]) => `${name} --${flag}; ${ALTERNATIVES[flag] ?? "do without it"}`);
  if (name === "FROM") problems.push(...fromProblems(text, defaults, platform));
  if (name === "RUN" || name === "COPY" || name === "ADD")
    for (const { delimiter } of heredocsIn(text))
      problems.push(`${name} with a here-document (<<${delimiter}); ${HEREDOC_ALTERNATIVES[name]}`);
  if (name === "ADD" && GIT_REPOSITORY.test(text))
    problems.push("ADD of a git repository; clone it in a RUN, or make it a submodule");
  return problems;
}

function fromProblems(text: string, defaults: ArgDefaults, platform: string | null): string[] {
  const empty = [...text.matchAll(BUILT_IN_VALUE)].map(([, plain, braced]) => plain ?? braced!);
  const problems = empty
    .filter((variable) => !defaults.has(variable))
    .map((variable) => `$${variable} in FROM would be empty; name the platform, or leave it out`);
  if (problems.length > 0) return problems;
  return flagsIn(text)
    .filter(([flag, value]) => flag === "platform" && !isBuiltFor(expand(value, defaults), platform))
    .map(
      ([, value]) =>
        `FROM --platform=${value.slice(0, 100)}; the engine builds for ${platform ?? "its own platform"} alone: leave it out, or build on an engine of that platform`,
    );
}

const isBuiltFor = (named: string | null, platform: string | null): boolean =>
  named !== null && platform !== null && isSamePlatform(named, platform);

const ALTERNATIVES: Readonly<Record<string, string>> = {
  chmod: "change the mode in a RUN",
  link: "copy without it",
  mount: "copy what it needs, or fetch it in the RUN",
  parents: "copy folder by folder",
  exclude: "name it in .dockerignore",
  checksum: "compare it with sha256sum in a RUN",
};

const HEREDOC_ALTERNATIVES = {
  RUN: "join the commands with `&&`, or copy a script and run it",
  COPY: "keep the text in a file of the project",
  ADD: "keep the text in a file of the project",
} as const;

/** Returns the flags with their values. */
const flagsIn = (text: string): [string, string][] => {
  const flags: [string, string][] = [];
  for (const word of text.split(/\s+/)) {
    const [, flag, value = ""] = /^--([a-z][a-z-]*)(?:=(.*)|$)/i.exec(word) ?? [];
    if (!flag) break;
    flags.push([flag, value]);
  }
  return flags;
};

/** Replaces arguments by their values. Returns null if one has none. */
function expand(text: string, defaults: ReadonlyMap<string, string>): string | null {
  let isKnown = true;
  const value = text.replace(
    /\$(?:(\w+)|\{(\w+)(?::?-([^}]*))?\})/g,
    (_, plain?: string, braced?: string, otherwise?: string) => {
      const found = defaults.get((plain ?? braced)!) ?? otherwise;
      isKnown &&= found !== undefined;
      return found ?? "";
    },
  );
  return isKnown && !value.includes("$") ? value : null;
}

const namesIn = (text: string): string[] => text.split(/\s+/).filter((word) => !word.includes("="));

const defaultsIn = (text: string): [string, string][] =>
  text.split(/\s+/).flatMap((word) => {
    const [, name, value] = /^(\w+)=(["']?.+)$/.exec(word) ?? [];
    return name ? [[name, value!.replace(/^(["'])(.*)\1$/, "$2")]] : [];
  });
