import type { ValidationRule } from "graphql";
import { limitError } from "./limit-error.js";
import type { Limits } from "./limits.js";

export function maxAliases({ maxAliases: most }: Pick<Limits, "maxAliases">): ValidationRule {
  return (context) => {
    let aliases = 0;
    return {
      Field(field) {
        if (field.alias) aliases += 1;
        if (field.alias && aliases === most + 1)
          context.reportError(limitError(`A document has at most ${most} aliases.`, field));
      },
    };
  };
}
