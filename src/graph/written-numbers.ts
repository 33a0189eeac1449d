import { DomainError } from "../errors.js";
import type { InputPath } from "../lists/filter/criterion.js";

/** The keys or indexes at which an object or list has a whole number that was written as a float: 1.0 or 1e3, not 1. */
const wholeFloats = new WeakMap<object, Set<string>>();

/** Marks a whole number that was written as a float. In JavaScript 1.0 is 1, and a notebook would get an int. */
export function markWholeFloat(holder: object, key: string | number): void {
  const known = wholeFloats.get(holder) ?? new Set();
  wholeFloats.set(holder, known.add(String(key)));
}

export const isWholeFloat = (holder: object, key: string | number): boolean =>
  wholeFloats.get(holder)?.has(String(key)) ?? false;

/** A whole number as JSON and GraphQL write it. */
const WHOLE = /^-?\d+$/;

const MAX_DIGITS = 19;

export const isWholeNumber = (text: string): boolean => WHOLE.test(text);

/** True if a whole number keeps its digits. Beyond 2^53 most change. */
export function isExact(text: string): boolean {
  const plain = text === "-0" ? "0" : text;
  return plain.length <= MAX_DIGITS + Number(plain.startsWith("-")) && String(Number(plain)) === plain;
}

export const INEXACT =
  "A whole number beyond 2^53 (9007199254740992) would change when it is stored: send it as text, in quotes.";

/** Returns the error for a whole number that would change. */
export function inexactNumber(path?: InputPath): DomainError {
  return new DomainError("BAD_USER_INPUT", INEXACT, path);
}
