import { SourceError } from "../source.js";
import { followLink } from "./follow-link.js";
import { heredocsIn, type Instruction, readInstructions, topComments } from "./read-instructions.js";
import type { FileEntry, TreeEntry } from "./tree-entry.js";

/** @throws SourceError where the tree has none. */
export function dockerfileIn<E extends TreeEntry>(entries: readonly E[]): E & FileEntry {
  const byPath = new Map<string, E>(entries.map((entry) => [entry.path, entry]));
  const named = byPath.get("Dockerfile");
  const entry = named?.kind === "link" ? byPath.get(followLink(named, byPath) ?? "") : named;
  if (entry?.kind !== "file") throw new SourceError("The project has no Dockerfile in its top folder.");
  return entry as E & FileEntry;
}

const PLATFORM = "(?:TARGET|BUILD)(?:PLATFORM|OS|OSVERSION|ARCH|VARIANT)";
const PLATFORM_NAME = new RegExp(`^${PLATFORM}$`);
const PLATFORM_VALUE = new RegExp(`\\$(?:(${PLATFORM})\\b|\\{(${PLATFORM})\\})`, "g");
const GIT_REPOSITORY = /(?:^|\s|")(?:git@|git:\/\/|ssh:\/\/|https?:\/\/[^\s"]+\.git(?:[#"\s]|$))/;

/** The flags that the classic builder carries out on every engine; it reads others, and some it leaves out in silence. */
const FLAGS: Readonly<Record<string, readonly string[]>> = {
  RUN: [],
  COPY: ["from", "chown"],
  ADD: ["chown"],
  FROM: ["platform"],
};

const MOST_TOLD = 10;

/**
 * The classic builder leaves out some of what BuildKit would do, on some engines without a word: an image that was built
 * would be another than the one meant. @throws SourceError that names each such thing with its line.
 */
export function checkDockerfile(text: string): void {
  const given = new Set<string>();
  let stages = 0;
  const problems = commentProblems(text);
  for (const instruction of readInstructions(text)) {
    const { name, text: rest } = unwrapped(instruction);
    if (name === "ARG" && stages === 0) for (const each of defaultsIn(rest)) given.add(each);
    if (name === "FROM") stages += 1;
    for (const what of problemsOf(name, rest, given)) problems.push(`line ${instruction.line}: ${what}`);
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

/** What an ONBUILD will do in the builds that start from the image. */
function unwrapped({ name, text }: Pick<Instruction, "name" | "text">): Pick<Instruction, "name" | "text"> {
  if (name !== "ONBUILD") return { name, text };
  const [inner = ""] = text.split(/\s/, 1);
  return { name: inner.toUpperCase(), text: text.slice(inner.length).trim() };
}

function problemsOf(name: string, text: string, given: ReadonlySet<string>): string[] {
  if (name === "ARG")
    return namesIn(text)
      .filter((each) => PLATFORM_NAME.test(each) && !given.has(each))
      .map((each) => `ARG ${each} would be empty; give it a default, as \`ARG ${each}=...\``);
  const problems = flagsIn(text)
    .filter((flag) => FLAGS[name] && !FLAGS[name].includes(flag))
    .map((flag) => `${name} --${flag}; ${INSTEAD[flag] ?? "do without it"}`);
  if (name === "FROM")
    for (const [, plain, braced] of text.matchAll(PLATFORM_VALUE)) {
      const variable = plain ?? braced!;
      if (!given.has(variable))
        problems.push(`$${variable} in FROM would be empty; name the platform, or leave it out`);
    }
  if (name === "RUN" || name === "COPY" || name === "ADD")
    for (const { delimiter } of heredocsIn(text))
      problems.push(`${name} with a here-document (<<${delimiter}); ${HEREDOC_INSTEAD[name]}`);
  if (name === "ADD" && GIT_REPOSITORY.test(text))
    problems.push("ADD of a git repository; clone it in a RUN, or make it a submodule");
  return problems;
}

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

const flagsIn = (text: string): string[] => {
  const flags: string[] = [];
  for (const word of text.split(/\s+/)) {
    const [, flag] = /^--([a-z][a-z-]*)(?:=|$)/i.exec(word) ?? [];
    if (!flag) break;
    flags.push(flag);
  }
  return flags;
};

const namesIn = (text: string): string[] => text.split(/\s+/).filter((word) => !word.includes("="));

const defaultsIn = (text: string): string[] =>
  text.split(/\s+/).flatMap((word) => (/^(\w+)=./.exec(word) ?? []).slice(1, 2));
