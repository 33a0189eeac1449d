import { sameValue } from "../../bson/compare-values.js";
import { boolValue, int32Value } from "../../bson/make-value.js";
import { FieldReader, UNDEFINED_VALUE } from "../../bson/value.js";
import { CommandError } from "../../command-error.js";
import { computed } from "./expression.js";
import { exactly, type OperatorParser } from "./operands.js";
import { nameOfType } from "./type-of.js";

/** Whether a value is among an array's elements. */
export const parseIn: OperatorParser = (operand, scope, name) => {
  const [sought, list] = exactly(2, operand, scope, name);
  return computed([sought, list], (document) => {
    const [value, array] = [sought.evaluate(document) ?? UNDEFINED_VALUE, list.evaluate(document)];
    if (!array?.isArray)
      throw new CommandError(
        "BadValue",
        `$in requires an array as a second argument, found: ${nameOfType(array)}`,
        40081,
      );
    const elements = new FieldReader(array);
    while (elements.next()) if (sameValue(value, elements.value)) return boolValue(true);
    return boolValue(false);
  });
};

export const parseSize: OperatorParser = (operand, scope, name) => {
  const [list] = exactly(1, operand, scope, name);
  return computed([list], (document) => {
    const array = list.evaluate(document);
    if (!array?.isArray)
      throw new CommandError(
        "BadValue",
        `The argument to $size must be an array, but was of type: ${nameOfType(array)}`,
        17124,
      );
    let size = 0;
    const elements = new FieldReader(array);
    while (elements.next()) size += 1;
    return int32Value(size);
  });
};
