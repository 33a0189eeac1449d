import { int32Value, printValue, stringValue } from "../bson/bson-writer.js";
import { exactNumber, isNumber } from "../bson/compare-values.js";
import { ElementType, NULL_VALUE, typeName, type Value } from "../bson/value.js";
import { CommandError, notImplemented } from "../errors/command-error.js";
import { computed, exactly, type Expression, isNothing, operandsOf, type OperatorParser } from "./expression.js";
import { nameOfType } from "./operators.js";

/** So many code points of a text from one of them on: `[text, from, count]`. */
export const parseSubstrCP: OperatorParser = (operand, scope, name) => {
  const [text, from, count] = exactly(3, operand, scope, name);
  return computed([text, from, count], (document) => {
    const within = textBytes(asText(text.evaluate(document)));
    const [start, length] = [from.evaluate(document), count.evaluate(document)];
    refuseOther(start, "starting index", 34450);
    refuseOther(length, "length", 34452);
    const [first, most] = [wholeNumber(start)!, wholeNumber(length)!];
    if (most < 0) throw new CommandError("BadValue", "$substrCP: length must be a nonnegative integer.", 34454);
    if (first < 0)
      throw new CommandError("BadValue", "$substrCP: the starting index must be nonnegative integer.", 34455);
    const begin = codePointOffset(within, first);
    return stringValue(within.toString("utf8", begin, codePointOffset(within, most, begin)));
  });
};

/** @param code of what is no number; the next one is of what is not whole. */
function refuseOther(value: Value | undefined, what: string, code: number): void {
  if (!value || !isNumber(value))
    throw new CommandError(
      "BadValue",
      `$substrCP: ${what} must be a numeric type (is BSON type ${nameOfType(value)})`,
      code,
    );
  if (wholeNumber(value) === undefined)
    throw new CommandError(
      "BadValue",
      `$substrCP: ${what} cannot be represented as a 32-bit integral value: ${printValue(value)}`,
      code + 1,
    );
}

/** The code point of a text at which another text begins, -1 for none: `[text, sought, from, to]`, the last two optional. */
export const parseIndexOfCP: OperatorParser = (operand, scope) => {
  const operands = operandsOf(operand, scope);
  if (operands.length < 2 || operands.length > 4)
    throw new CommandError(
      "BadValue",
      `Expression $indexOfCP takes at least 2 arguments, and at most 4, but ${operands.length} were passed in.`,
      28667,
    );
  const [text, sought, from, to] = operands as [Expression, Expression, Expression?, Expression?];
  return computed(operands, (document) => {
    const within = text.evaluate(document);
    if (isNothing(within)) return NULL_VALUE;
    const [where, what] = [textOf(within, "first", 40093), textOf(sought.evaluate(document), "second", 40094)];
    const start = from ? indexOf(from.evaluate(document), "starting") : 0;
    const length = countCodePoints(where);
    const end = Math.min(length, to ? indexOf(to.evaluate(document), "ending") : length);
    return int32Value(found(where, what, start, end));
  });
};

function textOf(value: Value | undefined, which: string, code: number): Buffer {
  if (value?.type === ElementType.STRING) return textBytes(value);
  throw new CommandError(
    "BadValue",
    `$indexOfCP requires a string as the ${which} argument, found: ${nameOfType(value)}`,
    code,
  );
}

function indexOf(value: Value | undefined, which: string): number {
  const index = wholeNumber(value);
  if (index === undefined)
    throw new CommandError(
      "BadValue",
      `$indexOfCP requires an integral ${which} index, found a value of type: ${nameOfType(value)}, with value: ${value ? printValue(value) : "MISSING"}`,
      40096,
    );
  if (index < 0)
    throw new CommandError("BadValue", `$indexOfCP requires a nonnegative ${which} index, found: ${index}`, 40097);
  return index;
}

/** A text that is found begins before the end; it may go on beyond it. An empty text is in an empty one, but not at the end of another. */
function found(where: Buffer, what: Buffer, start: number, end: number): number {
  if (where.length === 0 && what.length === 0 && start === 0) return 0;
  if (start >= end) return -1;
  const from = codePointOffset(where, start);
  const at = where.indexOf(what, from);
  if (at < 0) return -1;
  const index = start + countCodePoints(where.subarray(from, at));
  return index < end ? index : -1;
}

/** A value as text, since MongoDB's operators on text take others too; nothing is empty text. @throws CommandError */
function asText(value: Value | undefined): Value {
  if (!value || isNothing(value)) return stringValue("");
  switch (value.type) {
    case ElementType.STRING:
    case ElementType.SYMBOL:
    case ElementType.CODE:
      return value;
    case ElementType.INT32:
    case ElementType.INT64:
      return stringValue(String(exactNumber(value)));
    case ElementType.DATE:
      return stringValue(dateText(Number(value.bytes.readBigInt64LE(value.start))));
    case ElementType.DOUBLE:
    case ElementType.DECIMAL128:
    case ElementType.TIMESTAMP:
      throw notImplemented(`the text of a ${typeName(value.type)}`);
    default:
      throw new CommandError("BadValue", `can't convert from BSON type ${typeName(value.type)} to String`, 16007);
  }
}

function dateText(milliseconds: number): string {
  const date = new Date(milliseconds);
  if (!(date.getUTCFullYear() >= 0 && date.getUTCFullYear() <= 9999)) throw notImplemented("the text of a far date");
  return date.toISOString();
}

/** A text's bytes, without its length and its end. */
const textBytes = ({ bytes, start, end }: Value): Buffer => bytes.subarray(start + 4, end - 1);

/** In UTF-8 every byte begins a code point but those of the form 10xxxxxx. */
const isBeginning = (byte: number): boolean => (byte & 0xc0) !== 0x80;

function countCodePoints(text: Buffer): number {
  let count = 0;
  for (const byte of text) if (isBeginning(byte)) count += 1;
  return count;
}

/** The offset of the code point that is so many further on; the text's end if it has no more. */
function codePointOffset(text: Buffer, count: number, from = 0): number {
  let at = from;
  for (let left = count; at < text.length; at += 1) if (isBeginning(text[at]!) && left-- === 0) return at;
  return at;
}

/** The number if it is whole and within 32 bits, whatever its type; undefined otherwise. */
function wholeNumber(value: Value | undefined): number | undefined {
  if (!value || !isNumber(value)) return undefined;
  const exact = exactNumber(value);
  const number =
    typeof exact === "object"
      ? exact.numerator % exact.denominator === 0n
        ? Number(exact.numerator / exact.denominator)
        : Number.NaN
      : Number(exact);
  return number === (number | 0) ? number | 0 : undefined;
}
