import type { Value } from "../../bson/value.js";

/** A text's bytes, without its length and its end. */
export const textBytes = ({ bytes, start, end }: Value): Buffer => bytes.subarray(start + 4, end - 1);

/** In UTF-8 every byte begins a code point but those of the form 10xxxxxx. */
const isBeginning = (byte: number): boolean => (byte & 0xc0) !== 0x80;

export function countCodePoints(text: Buffer): number {
  let count = 0;
  for (const byte of text) if (isBeginning(byte)) count += 1;
  return count;
}

/** Where the code point begins that is so many further on; the text's end where it has no more. */
export function codePointOffset(text: Buffer, count: number, from = 0): number {
  let at = from;
  for (let left = count; at < text.length; at += 1) if (isBeginning(text[at]!) && left-- === 0) return at;
  return at;
}
