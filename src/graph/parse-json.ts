import { parse } from "lossless-json";
import { DomainError } from "../errors.js";
import { printedPath } from "./json-path.js";
import { INEXACT, isWholeNumber, markWholeFloat, isExact } from "./written-numbers.js";

/** Numbers that JSON.parse may change, or that it cannot tell from others: 16 digits, `.0`, an exponent. */
const TELLING = /(?:^|[:,[\s])-?(?:\d{16}|\d+\.0+(?!\d)|\d[\d.]*[eE])/;

/** The texts of well-formed JSON: numbers in them are none, and logs are full of them. */
const TEXTS = /"[^"\\]*(?:\\.[^"\\]*)*"/g;

/** A number that is not what it seems once it is one of JavaScript's. */
class Written {
  constructor(readonly text: string) {}
}

function numberOf(text: string): unknown {
  const isTelling = isWholeNumber(text) ? !isExact(text) : Number.isInteger(Number(text));
  return isTelling ? new Written(text) : Number(text);
}

/**
 * Parses JSON as JSON.parse does, but for whole numbers: those that would change are refused, and those that were written
 * as floats are marked (`isWholeFloat`). Text without such numbers is left to JSON.parse, which is ten times as fast.
 * @throws SyntaxError if it is no JSON, BAD_USER_INPUT with the path of a number that cannot be kept, LIMIT_EXCEEDED if
 * it is nested too deep.
 */
export function parseJson(text: string): unknown {
  const plain: unknown = JSON.parse(text);
  if (!TELLING.test(text) || !TELLING.test(text.replace(TEXTS, '""'))) return plain;
  const holder = { value: parsed(text) };
  settle(holder);
  return holder.value;
}

function parsed(text: string): unknown {
  try {
    return parse(text, null, { parseNumber: numberOf, onDuplicateKey: ({ newValue }) => newValue });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new DomainError("LIMIT_EXCEEDED", "The JSON is nested too deep.", undefined, { cause: error });
  }
}

/** A part of a holder, with the way to it as a chain: a list for each would cost as much as all above it. */
interface Place {
  readonly key: string | number;
  readonly within: Place | null;
}

function pathTo(place: Place | null): (string | number)[] {
  const path: (string | number)[] = [];
  for (let each = place; each; each = each.within) path.unshift(each.key);
  return path;
}

/** Puts numbers in the place of what was written for them. An explicit stack: what is nested deep must not exhaust ours. */
function settle(root: { value: unknown }): void {
  const open: { holder: object; place: Place | null }[] = [{ holder: root, place: null }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { holder, place } = next;
    for (const [name, value] of Object.entries(holder) as [string, unknown][]) {
      if (typeof value !== "object" || value === null) continue;
      const within = holder === root ? null : { key: Array.isArray(holder) ? Number(name) : name, within: place };
      if (value instanceof Written) setNumber(holder, name, value, within);
      else open.push({ holder: value, place: within });
    }
  }
}

function setNumber(holder: object, name: string, { text }: Written, place: Place | null): void {
  if (isWholeNumber(text)) {
    const path = pathTo(place);
    throw new DomainError("BAD_USER_INPUT", `${path.length > 0 ? `${printedPath(path)}: ` : ""}${INEXACT}`, path);
  }
  // Defined, not assigned: the key may be __proto__.
  Object.defineProperty(holder, name, { value: Number(text), writable: true, enumerable: true, configurable: true });
  markWholeFloat(holder, name);
}
