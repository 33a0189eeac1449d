import {
  getNullableType,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
} from "graphql";

const isText = (value: unknown): value is string => typeof value === "string" && value.isWellFormed();
const matches = (pattern: RegExp) => (value: unknown) => isText(value) && pattern.test(value);
const lines = (text: string): string => text.replace(/[\n\r\t]/g, "");
const UNPRINTABLE = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
const isFilePart = (part: string): boolean =>
  /^[\p{L}\p{M}\p{N} _.=+@,#()-]{1,255}$/u.test(part) && !/^(\.+$|-| )| $/.test(part);
const isInt = (value: unknown, most: number): boolean =>
  typeof value === "number" && Number.isInteger(value) && Math.abs(value) <= most;

/** What may be accepted where a scalar stands; everything else must be refused. Whether it names anything is another matter. */
const MAY: Readonly<Record<string, (value: unknown) => boolean>> = {
  String: isText,
  ID: (value) => isText(value) || isInt(value, Number.MAX_VALUE),
  Int: (value) => isInt(value, 2 ** 31 - 1),
  SafeInt: (value) => isInt(value, Number.MAX_SAFE_INTEGER),
  Float: (value) => typeof value === "number" && Number.isFinite(value),
  Boolean: (value) => typeof value === "boolean",
  DateTime: (value) => isText(value) && /^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value)),
  Name: matches(/^[A-Za-z0-9]([A-Za-z0-9-]{0,62}[A-Za-z0-9])?$/),
  Tag: matches(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/),
  Stage: matches(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/),
  ArgName: matches(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/),
  ShortText: (value) =>
    isText(value) && [...value].length <= 512 && value === value.normalize("NFC") && !UNPRINTABLE.test(lines(value)),
  VariableName: (value) =>
    isText(value) &&
    /^[A-Za-z_][A-Za-z0-9_]{0,99}$/.test(value) &&
    !/^(PATH|HOME|TMPDIR|LD_.*|PYTHON.*|ROCAS_.*)$/i.test(value),
  VariableValue: (value) => isText(value) && value.length <= 8192 && !value.includes("\0"),
  GitUrl: (value) => isText(value) && /^(https?|ssh):\/\/[^\s:]/.test(value) && !/:[^/]*@/.test(value.slice(8)),
  GitRef: (value) => isText(value) && /^[A-Za-z0-9][\w./-]{0,199}$/.test(value) && !value.includes(".."),
  ImageRef: matches(/^[A-Za-z0-9][A-Za-z0-9._:/-]{0,254}$/),
  NotebookPath: (value) =>
    isText(value) && value === value.normalize("NFC") && /\.ipynb$/.test(value) && value.split("/").every(isFilePart),
  FileName: (value) =>
    isText(value) && value === value.normalize("NFC") && value.length <= 1024 && value.split("/").every(isFilePart),
  Sha256: matches(/^[0-9a-f]{64}$/),
  Secret: (value) => isText(value) && value.length >= 1 && value.length <= 4096 && !/[\0\r\n]/.test(value),
  JSONObject: (value) => isObject(value) && isTame(value),
  JSON: isTame,
  PlainValue: (value) =>
    typeof value === "boolean" ||
    (typeof value === "number" && Number.isFinite(value)) ||
    (isText(value) && [...value].length <= 512 && !UNPRINTABLE.test(lines(value))),
  _Any: (value) => isObject(value) && isTame(value),
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** JSON that the store, the driver and whoever reads it can bear. */
function isTame(value: unknown): boolean {
  let values = 0;
  const within = (each: unknown, depth: number): boolean => {
    values += 1;
    if (typeof each === "string") return each.isWellFormed();
    if (typeof each === "number") return Number.isFinite(each);
    if (typeof each !== "object" || each === null) return true;
    if (depth > 16 || values > 2_000) return false;
    if (Array.isArray(each)) return each.every((item) => within(item, depth + 1));
    return Object.entries(each).every(([key, item]) => isTameKey(key) && within(item, depth + 1));
  };
  return within(value, 1) && values <= 2_000 && JSON.stringify(value).length <= 64 * 1024;
}

const isTameKey = (key: string): boolean =>
  key.length > 0 &&
  [...key].length <= 64 &&
  !key.startsWith("$") &&
  key.isWellFormed() &&
  key === key.normalize("NFC") &&
  !/\p{Cc}/u.test(key) &&
  !["__proto__", "constructor", "prototype", "_bsontype"].includes(key);

/** Filters hold filters, without an end but this. */
const DEEPEST = 50;

/** Whether a server may take the value for the type at all. */
export function mayBeAccepted(type: GraphQLInputType, value: unknown, depth = 1): boolean {
  if (depth > DEEPEST) return false;
  if (value === null) return !isNonNullType(type);
  const nullable = getNullableType(type);
  if (isListType(nullable)) {
    const most = String(nullable).startsWith("[_Any") ? 1_000 : 250;
    // A value that is no list is taken for a list of it alone.
    const items = Array.isArray(value) ? value : [value];
    return items.length <= most && items.every((each) => mayBeAccepted(nullable.ofType, each, depth + 1));
  }
  if (isEnumType(nullable)) return typeof value === "string" && nullable.getValue(value) != null;
  if (isInputObjectType(nullable)) {
    const fields = nullable.getFields();
    return (
      isObject(value) &&
      Object.entries(value).every(
        ([key, each]) => Object.hasOwn(fields, key) && mayBeAccepted(fields[key]!.type, each, depth + 1),
      ) &&
      Object.values(fields).every((field) => !isRequiredInputField(field) || Object.hasOwn(value, field.name))
    );
  }
  const may = MAY[nullable.name];
  if (!may) throw new Error(`Say in oracle.ts what may be accepted as a ${nullable.name}.`);
  return may(value);
}
