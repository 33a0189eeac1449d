import { objectValue } from "../../bson/make-holder.js";
import { printValue } from "../../bson/print-value.js";
import { fieldsOf, type Value } from "../../bson/value.js";
import { CommandError } from "../../command-error.js";
import { computed } from "./expression.js";
import { isNothing } from "./nothing.js";
import { operandsOf, type OperatorParser } from "./operands.js";
import { nameOfType } from "./type-of.js";

/** A later object's fields take the place of an earlier one's. */
export const parseMergeObjects: OperatorParser = (operand, scope) => {
  const operands = operandsOf(operand, scope);
  return computed(operands, (document) => {
    const merged = new Map<string, Value>();
    for (const each of operands) {
      const value = each.evaluate(document);
      if (isNothing(value)) continue;
      if (!value!.isObject)
        throw new CommandError(
          "BadValue",
          `$mergeObjects requires object inputs, but input ${printValue(value!)} is of type ${nameOfType(value)}`,
          40400,
        );
      for (const [name, field] of fieldsOf(value!)) merged.set(name, field);
    }
    return objectValue(merged);
  });
};
