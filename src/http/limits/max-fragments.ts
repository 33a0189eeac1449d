import { Kind, type ValidationRule } from "graphql";
import { limitError } from "./limit-error.js";
import type { Limits } from "./limits.js";

/** GraphQL's own rule compares every two fragments that meet in a selection. */
export function maxFragments({ maxFragments: most }: Pick<Limits, "maxFragments">): ValidationRule {
  return (context) => ({
    Document(document) {
      const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
      if (fragments.length > most) context.reportError(limitError(`A document has at most ${most} fragments.`));
    },
  });
}
