import type { Value } from "../bson/value.js";
import { CommandError } from "../command-error.js";
import type { Project } from "../query/projection.js";
import { parseComputedFields, withComputed } from "./computed-fields.js";

/** `$addFields`, also called `$set`: numbers and booleans are values here, not flags. @throws CommandError */
export function parseAddFields(specification: Value): Project {
  if (!specification.isObject)
    throw new CommandError("BadValue", "$addFields specification stage must be an object", 40272);
  const computed = parseComputedFields(specification);
  return (document) => withComputed(document, document, computed);
}
