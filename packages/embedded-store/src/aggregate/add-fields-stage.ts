import type { Value } from "../bson/value.js";
import { CommandError } from "../command-error.js";
import type { Project } from "../query/projection.js";
import { parseComputedFields } from "./computed-fields.js";
import { settingFields } from "./set-fields.js";

/** `$addFields`, also called `$set`: numbers and booleans are values here, not flags. @throws CommandError */
export function parseAddFields(specification: Value): Project {
  if (!specification.isObject)
    throw new CommandError("BadValue", "$addFields specification stage must be an object", 40272);
  const set = settingFields(parseComputedFields(specification));
  return (document) => set(document, document);
}
