import type { GraphQLError } from "graphql";
import { limitError } from "./limit-error.js";

/** Checks the JSON of one variable before anything recurses into it. */
export function checkJsonNesting(
  variable: string,
  value: unknown,
  { maxNesting }: { readonly maxNesting: number },
): GraphQLError | undefined {
  // An explicit stack: what is nested 100,000 deep must not exhaust ours.
  const open: { value: unknown; depth: number }[] = [{ value, depth: 1 }];
  for (let next = open.pop(); next; next = open.pop()) {
    if (typeof next.value !== "object" || next.value === null) continue;
    if (next.depth > maxNesting)
      return limitError(`Variables are nested at most ${maxNesting} deep.`, undefined, [variable]);
    for (const each of Object.values(next.value)) open.push({ value: each, depth: next.depth + 1 });
  }
  return undefined;
}
