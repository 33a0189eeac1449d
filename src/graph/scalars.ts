import { GraphQLScalarType, Kind, type ValueNode } from "graphql";
import { DomainError } from "../errors.js";
import {
  asArgName,
  asFileName,
  asGitRef,
  asGitUrl,
  asImageRef,
  asName,
  asNotebookPath,
  asSha256,
  asStage,
  asTag,
  asText,
  asVariableName,
  asVariableValue,
  isSearchText,
} from "../names.js";
import { jsonOfLiteral } from "./json-literal.js";
import { asJsonObject } from "./json-object.js";

function textScalar(
  name: string,
  description: string,
  parse: (text: string) => string,
): GraphQLScalarType<string, string> {
  const parsed = (value: unknown): string => {
    if (typeof value !== "string") throw new DomainError("BAD_USER_INPUT", `${name} is a string.`);
    return parse(value);
  };
  return new GraphQLScalarType<string, string>({
    name,
    description,
    serialize: String,
    parseValue: parsed,
    parseLiteral: (node: ValueNode) => parsed(node.kind === Kind.STRING ? node.value : undefined),
  });
}

export const NameScalar = textScalar(
  "Name",
  "A name given to something new: letters, digits and dashes, neither first nor last a dash, 64 characters at most.",
  asName,
);
export const TagScalar = textScalar(
  "Tag",
  "A Docker tag: letters, digits, `_`, `.` and `-`, 128 characters at most.",
  asTag,
);
export const ShortTextScalar = textScalar(
  "ShortText",
  "Free text of 512 characters at most, in NFC, without control characters.",
  (text) => asText(text, 512),
);
export const GitUrlScalar = textScalar(
  "GitUrl",
  "The address of a git repository, without a password in it.",
  asGitUrl,
);
export const GitRefScalar = textScalar("GitRef", "A branch, a tag or a commit of a git repository.", asGitRef);
export const StageScalar = textScalar(
  "Stage",
  "A stage of a Dockerfile, by its name or its number from 0: letters, digits, `_`, `.` and `-`, 128 characters at most.",
  asStage,
);
export const ArgNameScalar = textScalar(
  "ArgName",
  "The name of an argument of a Dockerfile: letters, digits and `_`, no digit first, 128 characters at most.",
  asArgName,
);
export const ImageRefScalar = textScalar(
  "ImageRef",
  "A reference to a Docker image: [host[:port]/]path[:tag].",
  asImageRef,
);
export const NotebookPathScalar = textScalar(
  "NotebookPath",
  "A path to a notebook inside the project: relative, ending in .ipynb, 255 characters at most, with the characters that the name of a file may have.",
  asNotebookPath,
);
export const FileNameScalar = textScalar(
  "FileName",
  'The name of a file: a relative path with "/" between folders. Each part has letters and digits of any script (in NFC), spaces and _ - . = + @ , # ( ), and 255 bytes at most; the whole has 1,024 bytes and 32 parts at most.',
  (text) => asFileName(text),
);
export const Sha256Scalar = textScalar("Sha256", "A SHA-256 checksum: 64 lower-case hex digits.", asSha256);

export const VariableNameScalar = textScalar(
  "VariableName",
  "The name of an environment variable: letters, digits and underscores, 100 at most, first no digit. Names that decide what a program loads or where Rocas keeps its files are refused, as PATH, HOME, LD_*, PYTHON*, ROCAS_*, CUDA_VISIBLE_DEVICES.",
  asVariableName,
);
export const VariableValueScalar = textScalar(
  "VariableValue",
  "The value of an environment variable: 8,192 characters at most, without NUL.",
  asVariableValue,
);

export const SecretScalar = textScalar(
  "Secret",
  "A secret of 1 to 4,096 characters. No answer ever holds one.",
  (text) => {
    const good = text.length >= 1 && text.length <= 4096 && text.isWellFormed() && !/[\u0000\r\n]/.test(text);
    if (!good) throw new DomainError("BAD_USER_INPUT", "A secret has 1 to 4,096 characters on one line.");
    return text;
  },
);

export const JsonObjectScalar = new GraphQLScalarType<Record<string, unknown>, Record<string, unknown>>({
  name: "JSONObject",
  description:
    "Any JSON object, at most 16 deep, with 2,000 values and 64 KiB. Keys have 1 to 64 characters, do not start with `$` and hold no control characters. Whole numbers beyond 2^53 are sent as text: they would change.",
  serialize: (value) => value as Record<string, unknown>,
  parseValue: asJsonObject,
  parseLiteral: (node, variables) => asJsonObject(jsonOfLiteral(node, variables)),
});

/** @throws BAD_USER_INPUT */
function asPlainValue(value: unknown): string | number | boolean {
  if (typeof value === "string" && isSearchText(value)) return value;
  if (typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value))) return value;
  throw new DomainError(
    "BAD_USER_INPUT",
    "A plain value is a text of 512 characters at most without control characters, a finite number, true or false.",
  );
}

export const PlainValueScalar = new GraphQLScalarType<string | number | boolean, unknown>({
  name: "PlainValue",
  description: "A text of 512 characters at most, a finite number, true or false.",
  serialize: (value) => value,
  parseValue: asPlainValue,
  parseLiteral: (node) => asPlainValue(jsonOfLiteral(node, null)),
});

export const JsonScalar = new GraphQLScalarType({
  name: "JSON",
  description: "Any JSON value.",
  serialize: (value) => value,
});
