import { DomainError } from "../errors.js";

const MOST_DEEP = 16;
const MOST_VALUES = 2_000;
const MOST_BYTES = 64 * 1024;
// Names that mongoose, bson or JavaScript itself would take for something else than data.
const FORBIDDEN_KEYS = new Set(["__proto__", "constructor", "prototype", "_bsontype"]);
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/u;

export const KEY_RULE =
  "A key of a JSON object is text in NFC of 1 to 64 characters that does not start with $, holds no control character and is no reserved word.";

const refuse = (what: string): never => {
  throw new DomainError("BAD_USER_INPUT", what);
};

/** Whether such an object may have that key. */
export function isJsonKey(key: string): boolean {
  const length = [...key].length;
  return (
    length >= 1 &&
    length <= 64 &&
    !key.startsWith("$") &&
    !CONTROL.test(key) &&
    !FORBIDDEN_KEYS.has(key) &&
    key.isWellFormed() &&
    key === key.normalize("NFC")
  );
}

/**
 * A JSON object within the bounds that the store, the driver and readers of it can bear.
 * @throws BAD_USER_INPUT naming the rule that is broken, never the value.
 */
export function asJsonObject(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) refuse("A JSON object is expected.");
  let values = 0;
  // An explicit stack: input that is nested 20,000 deep must not exhaust ours.
  const open: { value: unknown; depth: number }[] = [{ value, depth: 1 }];
  for (let next = open.pop(); next; next = open.pop()) {
    values += 1;
    if (values > MOST_VALUES) refuse(`A JSON object has at most ${MOST_VALUES} values.`);
    if (typeof next.value === "number" && !Number.isFinite(next.value)) refuse("Numbers in a JSON object are finite.");
    if (typeof next.value === "string" && !next.value.isWellFormed())
      refuse("Strings in a JSON object are well-formed Unicode.");
    if (typeof next.value !== "object" || next.value === null) continue;
    if (next.depth > MOST_DEEP) refuse(`A JSON object is at most ${MOST_DEEP} levels deep.`);
    const depth = next.depth + 1;
    if (Array.isArray(next.value)) for (const each of next.value) open.push({ value: each, depth });
    else
      for (const key of Reflect.ownKeys(next.value)) {
        if (!isJsonKey(String(key))) refuse(KEY_RULE);
        open.push({ value: (next.value as Record<string, unknown>)[String(key)], depth });
      }
  }
  const text = JSON.stringify(value);
  if (Buffer.byteLength(text) > MOST_BYTES) refuse("A JSON object has at most 64 KiB.");
  return JSON.parse(text) as Record<string, unknown>;
}
