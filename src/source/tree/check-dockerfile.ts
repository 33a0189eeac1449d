import type { Builder } from "../../runtime/image-builder.js";
import { SourceError } from "../source.js";
import { quotedPath } from "./check-tree.js";
import { isSamePlatform } from "./platforms.js";
import { heredocsIn, type Instruction, readInstructions, topComments } from "./read-instructions.js";
import { type FileEntry, followLink, type TreeEntry } from "./tree-entry.js";

/** The path of a Dockerfile that a build does not name. */
export const DOCKERFILE = "Dockerfile";

/** @throws SourceError if the tree has no file of that path. */
export function dockerfileIn<E extends TreeEntry>(entries: readonly E[], path: string): E & FileEntry {
  const byPath = new Map<string, E>(entries.map((entry) => [entry.path, entry]));
  const named = byPath.get(path);
  const entry = named?.kind === "link" ? byPath.get(followLink(named, byPath) ?? "") : named;
  if (entry?.kind !== "file")
    throw new SourceError(
      path === DOCKERFILE
        ? "The project has no Dockerfile in its top folder."
        : `The project has no file ${quotedPath(path)}, which the build names as its \`dockerfile\`: that is a path from the top folder.`,
    );
  return entry as E & FileEntry;
}

const BUILT_IN = "(?:(?:TARGET|BUILD)(?:PLATFORM|OS|OSVERSION|ARCH|VARIANT)|TARGETSTAGE)";
const BUILT_IN_NAME = new RegExp(`^${BUILT_IN}$`);
/** A variable with no modifier, or with one that gives an empty value no default. */
const BUILT_IN_VALUE = new RegExp(`\\$(?:(${BUILT_IN})\\b|\\{(${BUILT_IN})(?:\\}|:?\\+|[#%/]))`, "g");
const GIT_REPOSITORY = /(?:^|\s|")(?:git@|git:\/\/|ssh:\/\/|https?:\/\/[^\s"]+\.git(?:[#?"\s]|$))/;

type Flags = Readonly<Record<string, readonly string[]>>;

/** What a builder carries out, and how an error begins that lists the rest. */
interface Abilities {
  /** The flags that it carries out on every engine, by instruction. Null: it names those that it does not know itself. */
  readonly flags: Flags | null;
  /** True if it sets TARGETARCH and its like. */
  readonly hasBuiltInArgs: boolean;
  readonly hasHeredocs: boolean;
  /** True if it fetches the syntax that the first line names. */
  readonly hasFrontends: boolean;
  readonly refusal: string;
}

const ABILITIES: Readonly<Record<Builder, Abilities>> = {
  // It ignores some other flags without a word.
  CLASSIC: {
    flags: { RUN: [], COPY: ["from", "chown"], ADD: ["chown"], FROM: ["platform"] },
    hasBuiltInArgs: false,
    hasHeredocs: false,
    hasFrontends: false,
    refusal: "The Dockerfile needs what only BuildKit does, and the engine's classic builder does not carry out",
  },
  BUILDKIT_BEFORE_23: {
    flags: { RUN: ["mount"], COPY: ["from", "chown", "chmod"], ADD: ["chown", "chmod"], FROM: ["platform"] },
    hasBuiltInArgs: true,
    hasHeredocs: false,
    hasFrontends: true,
    refusal:
      "The Dockerfile needs what the BuildKit of Docker 23 and later does, and this engine's does not carry out (unless a registry gives it a newer syntax, as `# syntax=docker/dockerfile:1` in the first line asks)",
  },
  BUILDKIT: {
    flags: null,
    hasBuiltInArgs: true,
    hasHeredocs: true,
    hasFrontends: true,
    refusal: "The Dockerfile needs what the engine does not carry out",
  },
};

const MAX_LISTED = 10;

/** Values of the arguments before the first stage, by name: given ones, and defaults. */
type ArgDefaults = Map<string, string>;

/** What is known of a build beside its Dockerfile. */
export interface DockerfileUse {
  /** The only platform that the engine builds for, as `linux/amd64`; unknown if it is left out. */
  readonly platform?: string | null;
  /** What can carry it out, the preferred one first; the classic builder if it is left out. */
  readonly builders?: readonly Builder[];
  /** Values of its arguments. */
  readonly args?: Readonly<Record<string, string>>;
}

/**
 * Returns the first builder that carries out all of a Dockerfile. The classic builder ignores some of what only BuildKit
 * does in silence, and would make another image.
 * @throws SourceError naming each instruction that the last builder does not carry out, with its line
 */
export function checkDockerfile(text: string, use: DockerfileUse): Builder {
  const { builders = ["CLASSIC"] } = use;
  let problems: string[] = [];
  for (const builder of builders) {
    problems = problemsIn(text, ABILITIES[builder], use);
    if (problems.length === 0) return builder;
  }
  const listed = problems.slice(0, MAX_LISTED).join("; ");
  const more = problems.length > MAX_LISTED ? `; and ${problems.length - MAX_LISTED} more` : "";
  throw new SourceError(`${ABILITIES[builders.at(-1)!].refusal}: ${listed}${more}.`);
}

function problemsIn(text: string, builder: Abilities, { platform = null, args = {} }: DockerfileUse): string[] {
  const defaults: ArgDefaults = new Map(Object.entries(args));
  const comments = topComments(text);
  // Another syntax may have anything, and its frontend says what is wrong.
  if (builder.hasFrontends && comments.some((comment) => SYNTAX.test(comment))) return [];
  const problems = builder.flags ? commentProblems(comments) : [];
  let stages = 0;
  for (const instruction of readInstructions(text)) {
    const { name, text: rest } = triggered(instruction);
    if (name === "ARG" && stages === 0)
      for (const [each, value] of defaultsIn(rest))
        if (!Object.hasOwn(args, each)) defaults.set(each, expand(value, defaults) ?? value);
    if (name === "FROM") stages += 1;
    for (const what of problemsOf(name, rest, { builder, defaults, platform }))
      problems.push(`line ${instruction.line}: ${what}`);
  }
  return problems;
}

const SYNTAX = /^\s*#\s*syntax\s*=/i;

function commentProblems(comments: readonly string[]): string[] {
  return comments.flatMap((comment, number) => {
    const shownAs = JSON.stringify(comment.trim().slice(0, 100));
    if (SYNTAX.test(comment))
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

interface Check {
  readonly builder: Abilities;
  readonly defaults: ArgDefaults;
  readonly platform: string | null;
}

function problemsOf(name: string, text: string, check: Check): string[] {
  const { builder, defaults } = check;
  if (name === "ARG")
    return builder.hasBuiltInArgs
      ? []
      : namesIn(text)
          .filter((each) => BUILT_IN_NAME.test(each) && !defaults.has(each))
          .map((each) => `ARG ${each} would be empty; give it a default, as \`ARG ${each}=...\``);
  const known = builder.flags?.[name];
  const problems = flagsIn(text)
    .filter(([flag]) => known && !known.includes(flag))
    .map(([flag]) => `${name} --${flag}; ${ALTERNATIVES[flag] ?? "do without it"}`);
  if (name === "RUN" && (!known || known.includes("mount"))) problems.push(...secretProblems(text));
  if (name === "FROM") problems.push(...fromProblems(text, check));
  if (!builder.hasHeredocs && (name === "RUN" || name === "COPY" || name === "ADD"))
    for (const { delimiter } of heredocsIn(text))
      problems.push(`${name} with a here-document (<<${delimiter}); ${HEREDOC_ALTERNATIVES[name]}`);
  if (builder.flags && name === "ADD" && GIT_REPOSITORY.test(text))
    problems.push("ADD of a git repository; clone it in a RUN, or make it a submodule");
  return problems;
}

const SECRET_MOUNT = /(?:^|,)type=["']?(secret|ssh)\b/;

/** A secret that is not required would be missing without a word. */
const secretProblems = (text: string): string[] =>
  flagsIn(text).flatMap(([flag, value]) => {
    const [, type] = flag === "mount" ? (SECRET_MOUNT.exec(value) ?? []) : [];
    return type ? [`RUN --mount=type=${type}; builds are given no secrets`] : [];
  });

function fromProblems(text: string, { builder, defaults, platform }: Check): string[] {
  const named = [...text.matchAll(BUILT_IN_VALUE)].map(([, plain, braced]) => plain ?? braced!);
  const builtIn = named.filter((variable) => !defaults.has(variable));
  // All of them are of the engine's own platform.
  if (builder.hasBuiltInArgs && builtIn.length > 0) return [];
  const problems = builtIn.map((variable) => `$${variable} in FROM would be empty; name the platform, or leave it out`);
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
