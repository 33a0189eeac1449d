import type { ValidationRule } from "graphql";
import { limitError } from "./limit-error.js";
import type { Limits } from "./limits.js";

export function maxDirectives(limits: Pick<Limits, "maxDirectives" | "maxDirectivesPerLocation">): ValidationRule {
  return (context) => {
    let directives = 0;
    return {
      enter(node) {
        const here = ("directives" in node && node.directives?.length) || 0;
        if (here === 0) return;
        if (here > limits.maxDirectivesPerLocation)
          context.reportError(limitError(`One place has at most ${limits.maxDirectivesPerLocation} directives.`, node));
        if (directives <= limits.maxDirectives && directives + here > limits.maxDirectives)
          context.reportError(limitError(`A document has at most ${limits.maxDirectives} directives.`, node));
        directives += here;
      },
    };
  };
}
