import { Kind, type ValidationRule } from "graphql";
import { limitError } from "./limit-error.js";
import type { Limits } from "./limits.js";

export function maxOperations({ maxOperations: most }: Pick<Limits, "maxOperations">): ValidationRule {
  return (context) => ({
    Document(document) {
      const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
      if (operations.length > most) context.reportError(limitError(`A document has at most ${most} operations.`));
    },
  });
}
