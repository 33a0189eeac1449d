import { compareValues } from "../../bson/compare-values.js";
import { boolValue } from "../../bson/make-value.js";
import { UNDEFINED_VALUE } from "../../bson/value.js";
import { computed } from "./expression.js";
import { exactly, type OperatorParser } from "./operands.js";

/** In BSON's order of all types, where what is missing stands before null, as undefined does. */
export const comparing =
  (accepts: (order: number) => boolean): OperatorParser =>
  (operand, scope, name) => {
    const [left, right] = exactly(2, operand, scope, name);
    return computed([left, right], (document) => {
      const order = compareValues(
        left.evaluate(document) ?? UNDEFINED_VALUE,
        right.evaluate(document) ?? UNDEFINED_VALUE,
      );
      return boolValue(accepts(order));
    });
  };
