import { DomainError } from "../errors.js";
import { formatPath, pathTo, type Place } from "./json-path.js";
import { isWholeFloat, markWholeFloat } from "./written-numbers.js";

const MAX_DEPTH = 16;
const MAX_VALUES = 2_000;
const MAX_BYTES = 64 * 1024;
const MAX_KEY_CHARACTERS = 64;

// Keys that mongoose, bson or JavaScript would not take for data.
const FORBIDDEN_KEYS = new Set(["__proto__", "constructor", "prototype", "_bsontype"]);

const CONTROL = /[\u0000-\u001f\u007f-\u009f]/u;

/** Returns the fault of a key as a sentence, or null. */
export function keyFault(key: string): string | null {
  const length = [...key].length;
  if (length < 1) return "A key has at least one character.";
  if (length > MAX_KEY_CHARACTERS) return `A key has at most ${MAX_KEY_CHARACTERS} characters.`;
  if (key.startsWith("$")) return "A key does not start with $.";
  if (CONTROL.test(key)) return "A key holds no control character.";
  if (FORBIDDEN_KEYS.has(key)) return "A key is no word that the store or JavaScript reserves: choose another.";
  if (!key.isWellFormed()) return "A key is well-formed Unicode.";
  return key === key.normalize("NFC") ? null : "A key is Unicode in its composed form, NFC.";
}

/** A part of a value, with the number of its parents. */
interface DeepPlace extends Place {
  readonly within: DeepPlace | null;
  readonly depth: number;
}

const SHOWN_KEYS = 3;

/** Throws with the rule and the (shortened) path, never the value. */
function refuse(rule: string, place: DeepPlace | null): never {
  const path = pathTo(place);
  const shown = path.length > MAX_DEPTH ? `… ${formatPath(path.slice(-SHOWN_KEYS))}` : formatPath(path);
  throw new DomainError("BAD_USER_INPUT", shown === "" ? rule : `${shown}: ${rule}`);
}

/** Returns the fault of a plain value as a sentence, or null. */
function valueFault(value: unknown): string | null {
  if (typeof value === "number" && !Number.isFinite(value)) return "Numbers in a JSON object are finite.";
  if (typeof value === "string" && !value.isWellFormed()) return "Strings in a JSON object are well-formed Unicode.";
  return null;
}

/**
 * Returns a copy of a JSON object that is within the bounds of the store and its readers. Marks of whole floats are
 * kept (`isWholeFloat`).
 * @throws BAD_USER_INPUT with the broken rule and the key, never the value.
 */
export function asJsonObject(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) refuse("A JSON object is expected.", null);
  let values = 0;
  // An explicit stack: deeply nested input must not exhaust the call stack.
  const open: { value: unknown; place: DeepPlace | null }[] = [{ value, place: null }];
  for (let next = open.pop(); next; next = open.pop()) {
    values += 1;
    const { place } = next;
    if (values > MAX_VALUES) refuse(`A JSON object has at most ${MAX_VALUES} values.`, null);
    const fault = valueFault(next.value);
    if (fault) refuse(fault, place);
    if (typeof next.value !== "object" || next.value === null) continue;
    const depth = (place?.depth ?? 0) + 1;
    if (depth > MAX_DEPTH) refuse(`A JSON object is at most ${MAX_DEPTH} levels deep.`, place);
    for (const [key, each] of entriesOf(next.value)) {
      const inside = { key, within: place, depth };
      const wrong = typeof key === "string" ? keyFault(key) : null;
      if (wrong) refuse(wrong, inside);
      open.push({ value: each, place: inside });
    }
  }
  const text = JSON.stringify(value);
  if (Buffer.byteLength(text) > MAX_BYTES) refuse("A JSON object has at most 64 KiB.", null);
  const copy = JSON.parse(text) as Record<string, unknown>;
  copyMarks(value as object, copy);
  return copy;
}

const entriesOf = (holder: object): (readonly [string | number, unknown])[] =>
  Array.isArray(holder)
    ? holder.map((each, index) => [index, each as unknown] as const)
    : Reflect.ownKeys(holder).map((key) => [String(key), (holder as Record<string, unknown>)[String(key)]] as const);

/** Copies the marks of whole floats to the copy of an object. */
function copyMarks(from: object, to: object): void {
  for (const [key, value] of entriesOf(to)) {
    const original = (from as Record<string | number, unknown>)[key];
    if (typeof value === "object" && value !== null) copyMarks(original as object, value);
    else if (isWholeFloat(from, key)) markWholeFloat(to, key);
  }
}
