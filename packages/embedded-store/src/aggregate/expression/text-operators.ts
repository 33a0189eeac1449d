import { ElementType } from "../../bson/element-type.js";
import { int32Value, stringValue } from "../../bson/make-value.js";
import { isNumber } from "../../bson/numeric.js";
import { printValue } from "../../bson/print-value.js";
import { NULL_VALUE, stringOf, type Value } from "../../bson/value.js";
import { CommandError } from "../../command-error.js";
import { codePointOffset, countCodePoints, textBytes } from "./code-points.js";
import { computed } from "./expression.js";
import { isNothing } from "./nothing.js";
import { exactly, operandsOf, type OperatorParser } from "./operands.js";
import { asText } from "./as-text.js";
import { nameOfType } from "./type-of.js";
import { wholeNumber } from "./whole-number.js";

export const parseStrLenCP: OperatorParser = (operand, scope, name) => {
  const [text] = exactly(1, operand, scope, name);
  return computed([text], (document) => {
    const value = text.evaluate(document);
    if (value?.type !== ElementType.STRING)
      throw new CommandError("BadValue", `$strLenCP requires a string argument, found: ${nameOfType(value)}`, 34471);
    return int32Value(countCodePoints(textBytes(value)));
  });
};

/** Null as soon as one of the texts is not there. */
export const parseConcat: OperatorParser = (operand, scope) => {
  const operands = operandsOf(operand, scope);
  return computed(operands, (document) => {
    let whole = "";
    for (const each of operands) {
      const value = each.evaluate(document);
      if (isNothing(value)) return NULL_VALUE;
      if (value!.type !== ElementType.STRING)
        throw new CommandError("BadValue", `$concat only supports strings, not ${nameOfType(value)}`, 16702);
      whole += stringOf(value!);
    }
    return stringValue(whole);
  });
};

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
