import { Kind, type ValueNode } from "graphql";
import { DomainError } from "../errors.js";
import { printedPath } from "./json-path.js";
import { inexactNumber, isWholeFloat, markVariable, markWholeFloat, isExact } from "./written-numbers.js";

const MAX_DEPTH = 16;
const MAX_VALUES = 2_000;
const MAX_BYTES = 64 * 1024;
const MAX_KEY_CHARACTERS = 64;
// Names that mongoose, bson or JavaScript itself would take for something else than data.
const FORBIDDEN_KEYS = new Set(["__proto__", "constructor", "prototype", "_bsontype"]);
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/u;

/** The fault of a key of a JSON object, in a sentence; null if it has none. */
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
  const shown = path.length > MAX_DEPTH ? `… ${printedPath(path.slice(-SHOWN))}` : printedPath(path);
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

/** Of an object that is within the bounds to the copy of it. */
function copyMarks(from: object, to: object): void {
  for (const [key, value] of entriesOf(to)) {
    const original = (from as Record<string | number, unknown>)[key];
    if (typeof value === "object" && value !== null) copyMarks(original as object, value);
    else if (isWholeFloat(from, key)) markWholeFloat(to, key);
  }
}

type Variables = Readonly<Record<string, unknown>> | null | undefined;

/**
 * The JSON that a literal in a document stands for; a variable in it that is not given is nothing in an object and null in
 * a list. Nesting is bounded by the parser's tokens and the rules of a document.
 * @throws BAD_USER_INPUT if a whole number would change.
 */
export function jsonOfLiteral(node: ValueNode, variables: Variables): unknown {
  switch (node.kind) {
    case Kind.OBJECT: {
      const given = node.fields.map(({ name, value }) => [name.value, value, jsonOfLiteral(value, variables)] as const);
      return holding(
        Object.create(null) as Record<string, unknown>,
        given.filter(([, , value]) => value !== undefined),
      );
    }
    case Kind.LIST:
      return holding(
        [] as unknown as Record<number, unknown>,
        node.values.map((each, index) => [index, each, jsonOfLiteral(each, variables) ?? null] as const),
      );
    case Kind.VARIABLE:
      return variables?.[node.name.value];
    case Kind.INT:
      if (!isExact(node.value)) throw inexactNumber();
      return Number(node.value);
    case Kind.FLOAT:
      return Number(node.value);
    case Kind.NULL:
      return null;
    default:
      return node.value;
  }
}

function holding(
  holder: Record<string | number, unknown>,
  given: readonly (readonly [string | number, ValueNode, unknown])[],
): object {
  for (const [key, node, value] of given) {
    holder[key] = value;
    if (node.kind === Kind.VARIABLE) markVariable(holder, key, node.name.value);
    else if (node.kind === Kind.FLOAT && Number.isInteger(value)) markWholeFloat(holder, key);
  }
  return holder;
}
