import { getNullableType, GraphQLError, type GraphQLInputType, isInputObjectType, isListType } from "graphql";
import { type ListLimits, listSizeError } from "../limits/document-limits.js";
import { limitError } from "../limits/limits.js";

/** Bounds the nesting of a variable. */
export function checkJsonNesting(
  variable: string,
  value: unknown,
  { maxNesting }: { readonly maxNesting: number },
): GraphQLError | undefined {
  // An explicit stack holds 100,000 levels; the call stack does not.
  const open: { value: unknown; depth: number }[] = [{ value, depth: 1 }];
  for (let next = open.pop(); next; next = open.pop()) {
    if (typeof next.value !== "object" || next.value === null) continue;
    if (next.depth > maxNesting)
      return limitError(`Variables are nested at most ${maxNesting} deep.`, undefined, [variable]);
    for (const each of Object.values(next.value)) open.push({ value: each, depth: next.depth + 1 });
  }
  return undefined;
}

type Path = readonly (string | number)[];

/**
 * Checks values before their scalars do. Lists are bounded, and texts are well-formed: storage would change half a
 * surrogate pair.
 */
export class ValueChecker {
  private inAll = 0;

  constructor(private readonly limits: ListLimits) {}

  check(value: unknown, type: GraphQLInputType, path: Path): GraphQLError | undefined {
    if (typeof value === "string") return value.isWellFormed() ? undefined : halfCharacter(path);
    const nullable = getNullableType(type);
    if (isListType(nullable) && Array.isArray(value)) {
      this.inAll += value.length;
      const message = listSizeError(nullable, value.length, this.inAll, this.limits);
      if (message) return limitError(message, undefined, path);
      return first(value, (each, index) => this.check(each, nullable.ofType, [...path, index]));
    }
    if (!isInputObjectType(nullable) || typeof value !== "object" || value === null) return undefined;
    return first(Object.values(nullable.getFields()), ({ name, type: fieldType }) =>
      this.check((value as Record<string, unknown>)[name], fieldType, [...path, name]),
    );
  }
}

const halfCharacter = (path: Path): GraphQLError =>
  new GraphQLError("A text is well-formed Unicode: half of a surrogate pair is none.", {
    extensions: { code: "BAD_USER_INPUT", path },
  });

function first<T, R>(values: readonly T[], find: (value: T, index: number) => R | undefined): R | undefined {
  for (const [index, each] of values.entries()) {
    const found = find(each, index);
    if (found !== undefined) return found;
  }
  return undefined;
}
