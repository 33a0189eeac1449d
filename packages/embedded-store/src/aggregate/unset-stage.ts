import { ElementType } from "../bson/element-type.js";
import { elementsOf, isEmpty, stringOf, type Value } from "../bson/value.js";
import { CommandError } from "../command-error.js";
import { checkFieldPath } from "./expression/field-reference.js";
import { compileFlags, type Project } from "../query/projection.js";

/** `$unset`: one field's path or a list of them, taken away. @throws CommandError */
export function parseUnset(operand: Value): Project {
  if (operand.type !== ElementType.STRING && !operand.isArray)
    throw new CommandError("BadValue", "$unset specification must be a string or an array", 31002);
  if (operand.isArray && isEmpty(operand))
    throw new CommandError(
      "BadValue",
      "$unset specification must be a string or an array with at least one field",
      31119,
    );
  const paths = operand.isArray ? elementsOf(operand) : [operand];
  if (paths.some(({ type }) => type !== ElementType.STRING))
    throw new CommandError(
      "BadValue",
      "$unset specification must be a string or an array containing only string values",
      31120,
    );
  const names = paths.map(stringOf);
  names.forEach(checkFieldPath);
  return compileFlags(names.map((name) => [name, false]));
}
