import { DomainError } from "./errors.js";
import { pathFault } from "./path-fault.js";

declare const brand: unique symbol;
type Branded<B extends string> = string & { readonly [brand]: B };

export type Name = Branded<"Name">;
export type Tag = Branded<"Tag">;
export type ImageRef = Branded<"ImageRef">;
export type GitUrl = Branded<"GitUrl">;
export type GitRef = Branded<"GitRef">;
export type Stage = Branded<"Stage">;
export type ArgName = Branded<"ArgName">;
export type NotebookPath = Branded<"NotebookPath">;
export type FileName = Branded<"FileName">;
export type Sha256 = Branded<"Sha256">;

/** Letters, digits and dashes, neither first nor last a dash, 64 characters at most. */
const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}[A-Za-z0-9])?$/;
/** Docker's grammar of tags. */
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const REF = /^(?!.*\.\.)[A-Za-z0-9][\w./-]{0,199}$/;
const STAGE = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/;
const ARG_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
const SHA256 = /^[0-9a-f]{64}$/;
/** Docker's grammar of references: an optional host with a port, path components in lower case, an optional tag. */
const PATH_PART = "[a-z0-9]+(?:(?:[.]|_{1,2}|-+)[a-z0-9]+)*";
const IMAGE = new RegExp(
  `^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250})(?::[0-9]{1,5})?/)?${PATH_PART}(?:/${PATH_PART}){0,10}(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?$`,
);
// Controls, and the characters that change the direction of what stands beside them.
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

function check<B extends string>(good: boolean, text: string, what: string): Branded<B> {
  if (!good) throw new DomainError("BAD_USER_INPUT", what);
  return text as Branded<B>;
}

/** A name given to a create. @throws BAD_USER_INPUT */
export const asName = (text: string): Name =>
  check(
    NAME.test(text),
    text,
    "A name has letters, digits and dashes, starts and ends with a letter or digit, and has at most 64 characters.",
  );

/** @throws BAD_USER_INPUT */
export const asTag = (text: string): Tag =>
  check(
    TAG.test(text),
    text,
    "A tag has letters, digits, underscores, dots and dashes, starts with none of the last two, and has at most 128 characters.",
  );

/** @throws BAD_USER_INPUT */
export const asStage = (text: string): Stage =>
  check(
    STAGE.test(text),
    text,
    "A stage of a Dockerfile is its name, of letters, digits, underscores, dots and dashes, or its number from 0, and has at most 128 characters.",
  );

/** The name of an argument of a Dockerfile. @throws BAD_USER_INPUT */
export const asArgName = (text: string): ArgName =>
  check(
    ARG_NAME.test(text),
    text,
    "The name of an argument has letters, digits and underscores, starts with no digit, and has at most 128 characters.",
  );

/** A branch, tag or commit. @throws BAD_USER_INPUT */
export const asGitRef = (text: string): GitRef =>
  check(
    REF.test(text),
    text,
    'A git reference has letters, digits, underscores, dots, slashes and dashes, starts with a letter or digit, holds no ".." and has at most 200 characters.',
  );

/**
 * Checks the name of a file of a dataset or version: a relative path, `variables/variables.index`.
 * @param named what the refusal calls it.
 * @throws BAD_USER_INPUT saying which character or part is wrong.
 */
export function asFileName(text: string, named = "The file name"): FileName {
  const fault = pathFault(text);
  return check(fault === null, text, `${named} ${fault}.`);
}

/** @throws BAD_USER_INPUT */
export const asSha256 = (text: string): Sha256 =>
  check(SHA256.test(text), text, "A SHA-256 is 64 lower-case hex digits.");

/** @throws BAD_USER_INPUT */
export const asImageRef = (text: string): ImageRef =>
  check(
    text.length <= 255 && IMAGE.test(text),
    text,
    "An image reference is [host[:port]/]path[:tag] in Docker's grammar, in lower case, and has at most 255 characters.",
  );

/** A path inside the project, relative, to a notebook: as of any file, in 255 characters. @throws BAD_USER_INPUT */
export function asNotebookPath(text: string): NotebookPath {
  const fault = pathFault(text) ?? notebookFault(text);
  return check(fault === null, text, `The path of the notebook ${fault}.`);
}

function notebookFault(path: string): string | null {
  if (!path.endsWith(".ipynb")) return "does not end in .ipynb";
  return path.length > 255 ? "has more than 255 characters" : null;
}

/**
 * Checks the address of a git repository. Its host is checked when it is fetched.
 * @throws BAD_USER_INPUT
 */
export function asGitUrl(text: string): GitUrl {
  const good = text.length <= 512 && /^(?:https?|ssh):\/\/[^\s\u0000-\u001f\\]+$/.test(text) && URL.canParse(text);
  const url = good ? new URL(text) : undefined;
  return check(
    url !== undefined && url.password === "" && (url.username === "" || url.protocol === "ssh:"),
    text,
    "A git repository is an https address (or one of an origin listed in ROCAS_GIT_HOSTS) without a password in it, 512 characters at most; credentials come from a treasure chest.",
  );
}

/** Free text for people: NFC, no control or direction characters but line breaks and tabs. @throws BAD_USER_INPUT */
export function asText(text: string, most: number): string {
  const good =
    [...text].length <= most &&
    text === text.normalize("NFC") &&
    text.isWellFormed() &&
    !UNPRINTABLE.test(text.replace(/[\n\r\t]/g, ""));
  if (!good)
    throw new DomainError(
      "BAD_USER_INPUT",
      `A text is Unicode in NFC without control characters, ${most} characters at most.`,
    );
  return text;
}

/** True if stored texts, imported ones too, can be compared with this one. */
export const isSearchText = (text: string): boolean =>
  [...text].length <= 512 && text.isWellFormed() && !UNPRINTABLE.test(text.replace(/[\n\r\t]/g, ""));

/** True if reads accept the name: imported records have dots, spaces and underscores. */
export const isReadableName = (text: string): boolean =>
  text.length > 0 && [...text].length <= 128 && !UNPRINTABLE.test(text) && text.isWellFormed();

const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/;
/** These choose what a program loads and searches, or which GPUs it sees, or belong to Rocas. */
const RESERVED_VARIABLE =
  /^(?:(?:LD_|PYTHON|ROCAS_|DOCKER_|JUPYTER_|CUDA_VISIBLE_|NVIDIA_VISIBLE_|GLIBC_).*|PATH|HOME|TMPDIR|IPYTHONDIR|VIRTUAL_ENV|BASH_ENV|ENV|IFS|GCONV_PATH|LOCPATH)$/i;

/** The name of a variable that a user gives to a container. @throws BAD_USER_INPUT */
export function asVariableName(text: string): string {
  if (!VARIABLE_NAME.test(text))
    throw new DomainError(
      "BAD_USER_INPUT",
      "The name of a variable has letters, digits and underscores, 100 at most, and begins with no digit.",
    );
  if (RESERVED_VARIABLE.test(text))
    throw new DomainError(
      "BAD_USER_INPUT",
      `${text} decides what a program loads or where Rocas keeps its files, and cannot be set: choose another name.`,
    );
  return text;
}

/** The value of a variable. @throws BAD_USER_INPUT */
export function asVariableValue(text: string): string {
  if (text.length > 8_192 || !text.isWellFormed() || text.includes("\u0000"))
    throw new DomainError("BAD_USER_INPUT", "The value of a variable has 8,192 characters at most, and none is NUL.");
  return text;
}
