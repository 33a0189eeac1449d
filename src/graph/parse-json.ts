import { parse } from "lossless-json";
import { DomainError } from "../errors.js";
import { formatPath, pathTo, type Place } from "./json-path.js";
import { INEXACT, isExact, isWholeNumber, markWholeFloat } from "./written-numbers.js";

/** Numbers that JSON.parse may change: 16 digits, `.0`, an exponent. */
const RISKY_NUMBER = /(?:^|[:,[\s])-?(?:\d{16}|\d+\.0+(?!\d)|\d[\d.]*[eE])/;

/** The strings in well-formed JSON. Logs have many digits in them. */
const STRINGS = /"[^"\\]*(?:\\.[^"\\]*)*"/g;

/** A number that would lose something as a JavaScript number. */
class LosslessNumber {
  constructor(readonly text: string) {}
}

function numberOf(text: string): unknown {
  const isRisky = isWholeNumber(text) ? !isExact(text) : Number.isInteger(Number(text));
  return isRisky ? new LosslessNumber(text) : Number(text);
}

/**
 * Parses JSON like JSON.parse, except for whole numbers. Those that would change are refused; those written as floats
 * are marked (`isWholeFloat`). Text without such numbers goes to JSON.parse, which is ten times as fast.
 * @throws SyntaxError if the text is no JSON, BAD_USER_INPUT with the path of a number that would change,
 *   LIMIT_EXCEEDED if the nesting is too deep.
 */
export function parseJson(text: string): unknown {
  const plain: unknown = JSON.parse(text);
  if (!RISKY_NUMBER.test(text) || !RISKY_NUMBER.test(text.replace(STRINGS, '""'))) return plain;
  const holder = { value: parseLossless(text) };
  replaceNumbers(holder);
  return holder.value;
}

function parseLossless(text: string): unknown {
  try {
    return parse(text, null, { parseNumber: numberOf, onDuplicateKey: ({ newValue }) => newValue });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new DomainError("LIMIT_EXCEEDED", "The JSON is nested too deep.", undefined, { cause: error });
  }
}

/** Replaces written numbers. An explicit stack: deep nesting must not exhaust the call stack. */
function replaceNumbers(root: { value: unknown }): void {
  const open: { holder: object; place: Place | null }[] = [{ holder: root, place: null }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { holder, place } = next;
    for (const [name, value] of Object.entries(holder) as [string, unknown][]) {
      if (typeof value !== "object" || value === null) continue;
      const within = holder === root ? null : { key: Array.isArray(holder) ? Number(name) : name, within: place };
      if (value instanceof LosslessNumber) setNumber(holder, name, value, within);
      else open.push({ holder: value, place: within });
    }
  }
}

function setNumber(holder: object, name: string, { text }: LosslessNumber, place: Place | null): void {
  if (isWholeNumber(text)) {
    const path = pathTo(place);
    throw new DomainError("BAD_USER_INPUT", `${path.length > 0 ? `${formatPath(path)}: ` : ""}${INEXACT}`, path);
  }
  // Defined, not assigned: the key may be `__proto__`.
  Object.defineProperty(holder, name, { value: Number(text), writable: true, enumerable: true, configurable: true });
  markWholeFloat(holder, name);
}
