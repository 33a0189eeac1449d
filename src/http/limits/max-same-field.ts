import type { FieldNode, ValidationRule } from "graphql";
import { limitError } from "./limit-error.js";
import type { Limits } from "./limits.js";

/**
 * GraphQL's own rule compares every two fields of one response name, and what stands below them: two thousand of them
 * would take it 200 ms, and four hundred with fields below them as long.
 */
export function maxSameField(limits: Pick<Limits, "maxSameField" | "maxSameParent">): ValidationRule {
  return (context) => {
    const [fields, parents] = [new Map<string, number>(), new Map<string, number>()];
    return {
      Field(field) {
        if (isOneMore(fields, field, limits.maxSameField))
          context.reportError(
            limitError(`One field stands at most ${limits.maxSameField} times in a document.`, field),
          );
        if (field.selectionSet && isOneMore(parents, field, limits.maxSameParent))
          context.reportError(
            limitError(`One field with fields of its own stands at most ${limits.maxSameParent} times.`, field),
          );
      },
    };
  };
}

/** Told once, when it is exceeded. */
function isOneMore(counted: Map<string, number>, { alias, name }: FieldNode, most: number): boolean {
  const key = (alias ?? name).value;
  const count = (counted.get(key) ?? 0) + 1;
  counted.set(key, count);
  return count === most + 1;
}
