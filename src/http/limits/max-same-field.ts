import type { ValidationRule } from "graphql";
import { limitError } from "./limit-error.js";
import type { Limits } from "./limits.js";

/** GraphQL's own rule compares every two fields of one response name: two thousand of them would take it 200 ms. */
export function maxSameField({ maxSameField: most }: Pick<Limits, "maxSameField">): ValidationRule {
  return (context) => {
    const counted = new Map<string, number>();
    return {
      Field(field) {
        const name = (field.alias ?? field.name).value;
        const count = (counted.get(name) ?? 0) + 1;
        counted.set(name, count);
        if (count === most + 1)
          context.reportError(limitError(`One field stands at most ${most} times in a document.`, field));
      },
    };
  };
}
