import { getNullableType, GraphQLError, type GraphQLInputType, isInputObjectType, isListType } from "graphql";
import { limitError } from "./limit-error.js";
import { checkList, type ListLimits } from "./max-list-items.js";

type Path = readonly (string | number)[];

/**
 * The rules for values of every type, before their scalars judge them: lists are bounded, as those in the document are,
 * and texts are well-formed, since half a character would be another one once it has been stored.
 */
export class VariableValues {
  private inAll = 0;

  constructor(private readonly limits: ListLimits) {}

  check(value: unknown, type: GraphQLInputType, path: Path): GraphQLError | undefined {
    if (typeof value === "string") return value.isWellFormed() ? undefined : halfCharacter(path);
    const nullable = getNullableType(type);
    if (isListType(nullable) && Array.isArray(value)) {
      this.inAll += value.length;
      const refusal = checkList(nullable, value.length, this.inAll, this.limits);
      if (refusal) return limitError(refusal, undefined, path);
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
