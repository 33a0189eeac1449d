import { typeName } from "../../bson/element-type.js";
import { boolValue, stringValue } from "../../bson/make-value.js";
import { isNumber } from "../../bson/numeric.js";
import type { Value } from "../../bson/value.js";
import { computed } from "./expression.js";
import { exactly, type OperatorParser } from "./operands.js";

export const nameOfType = (value: Value | undefined): string => (value ? typeName(value.type) : "missing");

const asking =
  (answer: (value: Value | undefined) => Value): OperatorParser =>
  (operand, scope, name) => {
    const [asked] = exactly(1, operand, scope, name);
    return computed([asked], (document) => answer(asked.evaluate(document)));
  };

export const parseType = asking((value) => stringValue(nameOfType(value)));
export const parseIsNumber = asking((value) => boolValue(value !== undefined && isNumber(value)));
export const parseIsArray = asking((value) => boolValue(value?.isArray === true));
