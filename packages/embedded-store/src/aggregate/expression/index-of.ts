import { ElementType } from "../../bson/element-type.js";
import { int32Value } from "../../bson/make-value.js";
import { printValue } from "../../bson/print-value.js";
import { NULL_VALUE, type Value } from "../../bson/value.js";
import { CommandError } from "../../command-error.js";
import { codePointOffset, countCodePoints, textBytes } from "./code-points.js";
import { computed, type Expression } from "./expression.js";
import { isNothing } from "./nothing.js";
import { operandsOf, type OperatorParser } from "./operands.js";
import { nameOfType } from "./type-of.js";
import { wholeNumber } from "./whole-number.js";

/** Which code point of a text another text begins at, -1 for none: `[text, sought, from, to]`, the last two optional. */
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

/** What is found begins before the end; it may go on beyond it. An empty text is in an empty one, but not at the end of another. */
function found(where: Buffer, what: Buffer, start: number, end: number): number {
  if (where.length === 0 && what.length === 0 && start === 0) return 0;
  if (start >= end) return -1;
  const from = codePointOffset(where, start);
  const at = where.indexOf(what, from);
  if (at < 0) return -1;
  const index = start + countCodePoints(where.subarray(from, at));
  return index < end ? index : -1;
}
