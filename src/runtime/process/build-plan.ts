import { posix } from "node:path";
import { type Instruction, readInstructions } from "../../source/tree/read-instructions.js";
import { ImageBuildError } from "../image-builder.js";
import { pairsOf, wordsOf } from "./dockerfile-words.js";
import { parsePipInstalls, type PipInstall } from "./pip-install.js";

/** `COPY a b folder/`: paths of the context and their target. */
export interface Copy {
  /** Paths in the context, or patterns with `*`, `?` and `[...]`. */
  readonly sources: readonly string[];
  /** Absolute, with a slash at its end if it must be a folder. */
  readonly target: string;
  /** The instruction's text in the Dockerfile. */
  readonly text: string;
}

/** The work of a Dockerfile on this machine. */
export interface DockerfilePlan {
  readonly copies: readonly Copy[];
  readonly installs: readonly PipInstall[];
  readonly labels: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  /** The folder of the project, absolute: the last WORKDIR. */
  readonly folder: string;
  /** Each instruction with its effect, for the log. */
  readonly log: readonly string[];
}

interface Draft {
  folder: string;
  stages: number;
  readonly copies: Copy[];
  readonly installs: PipInstall[];
  readonly labels: Map<string, string>;
  readonly env: Map<string, string>;
  readonly args: Map<string, string>;
  /** Values that the build was given: they count before defaults. */
  readonly given: Readonly<Record<string, string>>;
}

const BASE_IMAGE = /^rocas\/onboard(?:[:@]\S*)?$/;
/** `python:3.12-slim`, `docker.io/library/python`. */
const PYTHON_IMAGE = /^(?:[\w.:-]+\/)*python(?:[:@]\S*)?$/;
const VERSION = /(?:^|\/)python:(\d+(?:\.\d+)*)/;
/** Rocas starts its own program as its own user, on engines too. */
const IGNORED: ReadonlySet<string> = new Set([
  "CMD",
  "ENTRYPOINT",
  "USER",
  "HEALTHCHECK",
  "STOPSIGNAL",
  "EXPOSE",
  "MAINTAINER",
  "SHELL",
]);
/** These choose what a program loads and searches. */
const RESERVED_ENV = /^(?:LD_|DYLD_|ROCAS_|DOCKER_)|^(?:PATH|HOME|TMPDIR|VIRTUAL_ENV|PYTHONHOME)$/;
const ENV_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/;
/** A path in the image, alone or in a list, but not an address. */
const IMAGE_PATH = /^\/|:\/(?!\/)/;
const ARCHIVE = /\.(?:tar|tgz|tbz2?|txz|tar\.(?:gz|bz2|xz|zst))$/i;
const MAX_SHOWN = 300;
/** The line before a RUN that is only for engines: without one, requirements.txt may do its work. */
const ENGINE_ONLY = /^\s*#\s*rocas:\s*engine only\s*$/i;
const SKIPPED = { note: "left out, as the line before it says" };

/**
 * Returns the parts of a Dockerfile that work without an engine.
 * @param python this machine's, for the log, as `Python 3.11.7`
 * @param given values of arguments
 * @throws ImageBuildError that names every other instruction with its line
 */
export function buildPlan(
  dockerfile: string,
  python: string,
  given: Readonly<Record<string, string>> = {},
): DockerfilePlan {
  const draft: Draft = {
    folder: "/",
    stages: 0,
    copies: [],
    installs: [],
    labels: new Map(),
    env: new Map(),
    args: new Map(),
    given,
  };
  const log: string[] = [];
  const refused: string[] = [];
  const lines = dockerfile.split("\n");
  for (const instruction of readInstructions(dockerfile)) {
    const isLeftOut = instruction.name === "RUN" && ENGINE_ONLY.test(lines[instruction.line - 2] ?? "");
    const outcome = isLeftOut ? SKIPPED : applyInstruction(draft, instruction, python);
    const text = displayText(instruction);
    if (outcome && "refused" in outcome)
      refused.push(`line ${instruction.line}: ${text} is not carried out without an engine: ${outcome.refused}`);
    else log.push(outcome ? `${text} (${outcome.note})` : text);
  }
  if (draft.stages === 0) refused.push("it has no FROM");
  if (refused.length > 0) throw new ImageBuildError(`The Dockerfile, ${refused.join("; ")}.`);
  const { copies, installs, folder, labels, env } = draft;
  return { copies, installs, folder, labels: Object.fromEntries(labels), env: Object.fromEntries(env), log };
}

type Outcome = { readonly refused: string } | { readonly note: string } | null;

const displayText = ({ name, text }: Instruction): string => {
  const whole = `${name} ${text.replace(/\s+/g, " ")}`.trim();
  return whole.length > MAX_SHOWN ? `${whole.slice(0, MAX_SHOWN)}...` : whole;
};

function applyInstruction(draft: Draft, instruction: Instruction, python: string): Outcome {
  const { name, text } = instruction;
  if (name !== "FROM" && name !== "ARG" && draft.stages === 0) return { refused: "it stands before FROM" };
  if (IGNORED.has(name)) return { note: "does not count in a run" };
  switch (name) {
    case "ARG":
      return arg(draft, text);
    case "FROM":
      return from(draft, text, python);
    case "WORKDIR":
      draft.folder = posix.resolve(draft.folder, wordsOf(text, variablesOf(draft)).join(" "));
      return null;
    case "ENV":
      return env(draft, text);
    case "LABEL":
      return label(draft, text);
    case "COPY":
    case "ADD":
      return copy(draft, instruction);
    case "RUN":
      return run(draft, text);
    case "VOLUME":
      return { refused: "what runs writes into its own copy of the project; take it out" };
    default:
      return { refused: "there is no such instruction, or none that can be" };
  }
}

const variablesOf = ({ args, env: given }: Draft) => new Map([...args, ...given]);

function arg(draft: Draft, text: string): Outcome {
  for (const word of wordsOf(text, variablesOf(draft))) {
    const [name = ""] = word.split("=", 1);
    const given = Object.hasOwn(draft.given, name) ? draft.given[name] : undefined;
    if (given !== undefined) draft.args.set(name, given);
    else if (word.includes("=")) draft.args.set(name, word.slice(name.length + 1));
  }
  return null;
}

function from(draft: Draft, text: string, python: string): Outcome {
  draft.stages += 1;
  if (draft.stages > 1) return { refused: "one stage is; make the Dockerfile one of a single FROM" };
  const [image = ""] = wordsOf(text, variablesOf(draft)).filter((word) => !word.startsWith("--"));
  if (BASE_IMAGE.test(image)) draft.folder = "/project";
  else if (!PYTHON_IMAGE.test(image)) return { refused: "a project starts from rocas/onboard, or from a python image" };
  return { note: `this machine's ${python}, in an environment of the project's own${versionNote(image, python)}` };
}

/** Returns a note if the tag names a version other than the machine's, such as `3.9`. */
function versionNote(image: string, python: string): string {
  const named = VERSION.exec(image)?.[1];
  const isThere = named === undefined || `${python}.`.startsWith(`Python ${named}.`);
  return isThere ? "" : `; not the ${named} that the tag names, which takes an engine`;
}

function env(draft: Draft, text: string): Outcome {
  const pairs = pairsOf(text, variablesOf(draft));
  if (!pairs) return { refused: "it is not NAME=value" };
  for (const [name, value] of pairs) {
    if (!ENV_NAME.test(name) || RESERVED_ENV.test(name)) return { refused: `${name} is chosen for each run` };
    if (IMAGE_PATH.test(value))
      return { refused: `${name} names a place in an image, which this machine does not have` };
    draft.env.set(name, value);
  }
  return null;
}

function label(draft: Draft, text: string): Outcome {
  const pairs = pairsOf(text, variablesOf(draft));
  if (!pairs) return { refused: "it is not name=value" };
  for (const [name, value] of pairs) draft.labels.set(name, value);
  return null;
}

function copy(draft: Draft, instruction: Instruction): Outcome {
  const words = copyWords(instruction.text, variablesOf(draft));
  const flags = words.filter((word) => word.startsWith("--"));
  const other = flags.find((flag) => !flag.startsWith("--chown"));
  if (other) return { refused: `there is no ${other.split("=", 1)[0]}` };
  const operands = words.slice(flags.length);
  if (operands.length < 2) return { refused: "it needs what to copy and where to" };
  const sources = operands.slice(0, -1);
  const remote = sources.find((source) => /^[a-z+]+:\/\/|^git@/i.test(source));
  if (remote) return { refused: `${remote} is not fetched; keep the file in the project` };
  const archive = instruction.name === "ADD" && sources.find((source) => ARCHIVE.test(source));
  if (archive) return { refused: `the archive ${archive} is not unpacked; keep its files in the project` };
  const target = operands.at(-1)!;
  const isFolder = target.endsWith("/") || /(?:^|\/)\.\.?$/.test(target) || sources.length > 1;
  const absolute = posix.resolve(draft.folder, target);
  draft.copies.push({ sources, target: isFolder ? `${absolute}/` : absolute, text: displayText(instruction) });
  return flags.length > 0 ? { note: "all of it is this user's" } : null;
}

/** Reads also the form of a JSON list, for names with blanks. */
function copyWords(text: string, variables: ReadonlyMap<string, string>): string[] {
  const [, flags = "", list] = /^((?:--\S+\s+)*)(\[.*\])$/s.exec(text) ?? [];
  try {
    const words: unknown = list === undefined ? null : JSON.parse(list);
    if (Array.isArray(words)) return [...wordsOf(flags, variables), ...words.map(String)];
  } catch {
    // A pattern may begin with a bracket, too.
  }
  return wordsOf(text, variables);
}

function run(draft: Draft, text: string): Outcome {
  const installs = parsePipInstalls(text, variablesOf(draft), draft.folder);
  if (typeof installs === "string")
    return {
      refused: `${installs}; what Python needs can stand in requirements.txt (then write "# rocas: engine only" in the line before), and anything else needs Docker`,
    };
  draft.installs.push(...installs);
  return null;
}
