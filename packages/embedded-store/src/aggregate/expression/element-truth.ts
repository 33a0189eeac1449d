import { boolValue } from "../../bson/make-value.js";
import { isTruthy } from "../../bson/truthy.js";
import { FieldReader } from "../../bson/value.js";
import { CommandError } from "../../command-error.js";
import { computed } from "./expression.js";
import { exactly, type OperatorParser } from "./operands.js";
import { nameOfType } from "./type-of.js";

/** `$anyElementTrue` and `$allElementsTrue`: the first element that decides ends it. */
export const elementTruth =
  (deciding: boolean, noArray: number): OperatorParser =>
  (operand, scope, name) => {
    const [list] = exactly(1, operand, scope, name);
    return computed([list], (document) => {
      const array = list.evaluate(document);
      if (!array?.isArray)
        throw new CommandError("BadValue", `${name}'s argument must be an array, but is ${nameOfType(array)}`, noArray);
      const elements = new FieldReader(array);
      while (elements.next()) if (isTruthy(elements.value) === deciding) return boolValue(deciding);
      return boolValue(!deciding);
    });
  };
