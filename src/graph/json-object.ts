import { DomainError } from "../errors.js";
import { printedPath } from "./printed-path.js";
import { isWholeFloat, markWholeFloat } from "./written-numbers.js";

const MOST_DEEP = 16;
const MOST_VALUES = 2_000;
const MOST_BYTES = 64 * 1024;
const MOST_CHARACTERS = 64;
// Names that mongoose, bson or JavaScript itself would take for something else than data.
const FORBIDDEN_KEYS = new Set(["__proto__", "constructor", "prototype", "_bsontype"]);
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/u;

/** The fault of a key of a JSON object, in a sentence; null if it has none. */
export function keyFault(key: string): string | null {
  const length = [...key].length;
  if (length < 1) return "A key has at least one character.";
  if (length > MOST_CHARACTERS) return `A key has at most ${MOST_CHARACTERS} characters.`;
  if (key.startsWith("$")) return "A key does not start with $.";
  if (CONTROL.test(key)) return "A key holds no control character.";
  if (FORBIDDEN_KEYS.has(key)) return "A key is no word that the store or JavaScript reserves: choose another.";
  if (!key.isWellFormed()) return "A key is well-formed Unicode.";
  return key === key.normalize("NFC") ? null : "A key is Unicode in its composed form, NFC.";
}

type Path = readonly (string | number)[];

/** A part of a value, with the way to it as a chain: a list for each would cost as much as all above it. */
interface Place {
  readonly key: string | number;
  readonly within: Place | null;
  readonly depth: number;
}

const SHOWN = 3;

function pathTo(place: Place | null): Path {
  const path: (string | number)[] = [];
  for (let each = place; each; each = each.within) path.unshift(each.key);
  return path;
}

/** Says the rule and where it is broken: the way there, in its last parts if it is long; never the value. */
function refuse(rule: string, place: Place | null): never {
  const path = pathTo(place);
  const shown = path.length > MOST_DEEP ? `… ${printedPath(path.slice(-SHOWN))}` : printedPath(path);
  throw new DomainError("BAD_USER_INPUT", shown === "" ? rule : `${shown}: ${rule}`);
}

/** The fault of a plain value, in a sentence; null if it has none. */
function valueFault(value: unknown): string | null {
  if (typeof value === "number" && !Number.isFinite(value)) return "Numbers in a JSON object are finite.";
  if (typeof value === "string" && !value.isWellFormed()) return "Strings in a JSON object are well-formed Unicode.";
  return null;
}

/**
 * A JSON object within the bounds that the store, the driver and readers of it can bear; which of its whole numbers were
 * written as floats is kept (`isWholeFloat`).
 * @throws BAD_USER_INPUT naming the rule that is broken and the key, never the value.
 */
export function asJsonObject(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) refuse("A JSON object is expected.", null);
  let values = 0;
  // An explicit stack: input that is nested 20,000 deep must not exhaust ours.
  const open: { value: unknown; place: Place | null }[] = [{ value, place: null }];
  for (let next = open.pop(); next; next = open.pop()) {
    values += 1;
    const { place } = next;
    if (values > MOST_VALUES) refuse(`A JSON object has at most ${MOST_VALUES} values.`, null);
    const fault = valueFault(next.value);
    if (fault) refuse(fault, place);
    if (typeof next.value !== "object" || next.value === null) continue;
    const depth = (place?.depth ?? 0) + 1;
    if (depth > MOST_DEEP) refuse(`A JSON object is at most ${MOST_DEEP} levels deep.`, place);
    for (const [key, each] of entriesOf(next.value)) {
      const inside = { key, within: place, depth };
      const wrong = typeof key === "string" ? keyFault(key) : null;
      if (wrong) refuse(wrong, inside);
      open.push({ value: each, place: inside });
    }
  }
  const text = JSON.stringify(value);
  if (Buffer.byteLength(text) > MOST_BYTES) refuse("A JSON object has at most 64 KiB.", null);
  const copy = JSON.parse(text) as Record<string, unknown>;
  copyMarks(value as object, copy);
  return copy;
}

const entriesOf = (holder: object): (readonly [string | number, unknown])[] =>
  Array.isArray(holder)
    ? holder.map((each, index) => [index, each as unknown] as const)
    : Reflect.ownKeys(holder).map((key) => [String(key), (holder as Record<string, unknown>)[String(key)]] as const);

/** Of an object that is within the bounds to the copy of it. */
function copyMarks(from: object, to: object): void {
  for (const [key, value] of entriesOf(to)) {
    const original = (from as Record<string | number, unknown>)[key];
    if (typeof value === "object" && value !== null) copyMarks(original as object, value);
    else if (isWholeFloat(from, key)) markWholeFloat(to, key);
  }
}
