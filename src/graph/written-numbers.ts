import { DomainError } from "../errors.js";
import type { InputPath } from "../lists/filter/criterion.js";

/** The keys, or places, of an object or list at which a whole number was written as a float: 1.0 and 1e3, not 1. */
const wholeFloats = new WeakMap<object, Set<string>>();

/** Remembers that a whole number was written as a float: in JavaScript 1.0 is 1, and a notebook would get an int. */
export function markWholeFloat(holder: object, key: string | number): void {
  const known = wholeFloats.get(holder) ?? new Set();
  wholeFloats.set(holder, known.add(String(key)));
}

export const isWholeFloat = (holder: object, key: string | number): boolean =>
  wholeFloats.get(holder)?.has(String(key)) ?? false;

/** A number as JSON and GraphQL write whole ones. */
const WHOLE = /^-?\d+$/;
const MOST_DIGITS = 19;

export const isWrittenWhole = (text: string): boolean => WHOLE.test(text);

/** True if a whole number comes back as it was written: beyond 2^53 a double changes most of them. */
export function staysAsWritten(text: string): boolean {
  const plain = text === "-0" ? "0" : text;
  return plain.length <= MOST_DIGITS + Number(plain.startsWith("-")) && String(Number(plain)) === plain;
}

export const INEXACT =
  "A whole number beyond 2^53 (9007199254740992) would change when it is stored: send it as text, in quotes.";

/** Refuses a whole number that would change. @throws BAD_USER_INPUT */
export function inexact(path?: InputPath): DomainError {
  return new DomainError("BAD_USER_INPUT", INEXACT, path);
}
