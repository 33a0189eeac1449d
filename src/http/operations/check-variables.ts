import {
  coerceInputValue,
  getNullableType,
  GraphQLError,
  type GraphQLInputType,
  type GraphQLSchema,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  type OperationDefinitionNode,
  typeFromAST,
  valueFromAST,
  type VariableDefinitionNode,
} from "graphql";
import { inputError, typeAt } from "../input-errors.js";
import { listSizeError, type ListLimits } from "../limits/document-limits.js";
import { limitError, type Limits } from "../limits/limits.js";

const MAX_ERRORS = 5;
const WITHOUT_SUGGESTIONS = true;
type OnError = Parameters<typeof coerceInputValue>[2] & object;

interface CheckedVariables {
  readonly values: Readonly<Record<string, unknown>>;
  readonly errors: readonly GraphQLError[];
}

/**
 * Coerces the variables of an operation, as graphql-js does again later. Here, bounds are checked before anything
 * recurses, and errors name the path, never the value.
 */
export function checkVariables(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  given: Readonly<Record<string, unknown>>,
  limits: Limits,
): CheckedVariables {
  const values: Record<string, unknown> = Object.create(null);
  const errors: GraphQLError[] = [];
  const bounds = new VariableValues(limits);
  for (const definition of operation.variableDefinitions ?? []) {
    const type = typeFromAST(schema, definition.type);
    if (!isInputType(type) || errors.length >= MAX_ERRORS) continue;
    const name = definition.variable.name.value;
    if (!Object.hasOwn(given, name)) {
      const missing = leftOut(definition, type, values);
      if (missing) errors.push(missing);
      continue;
    }
    const unbounded = checkJsonNesting(name, given[name], limits) ?? bounds.check(given[name], type, [name]);
    if (unbounded) return { values, errors: [unbounded] };
    const report: OnError = (path, _value, error) => {
      if (errors.length < MAX_ERRORS) errors.push(inputError([name, ...path], typeAt(type, path), error));
    };
    values[name] = coerceInputValue(given[name], type, report, WITHOUT_SUGGESTIONS);
  }
  return { values, errors };
}

function leftOut(
  { variable, defaultValue }: VariableDefinitionNode,
  type: GraphQLInputType,
  values: Record<string, unknown>,
): GraphQLError | undefined {
  const name = variable.name.value;
  if (defaultValue) values[name] = valueFromAST(defaultValue, type);
  else if (isNonNullType(type))
    return new GraphQLError(`${name}: A value of type ${String(type)} is expected, and none was given.`, {
      nodes: variable,
      extensions: { code: "BAD_USER_INPUT", path: [name] },
    });
  return undefined;
}

/** Bounds the nesting of a variable. */
function checkJsonNesting(
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
class VariableValues {
  private inAll = 0;

  constructor(private readonly limits: ListLimits) {}

  check(value: unknown, type: GraphQLInputType, path: Path): GraphQLError | undefined {
    if (typeof value === "string") return value.isWellFormed() ? undefined : halfCharacter(path);
    const nullable = getNullableType(type);
    if (isListType(nullable) && Array.isArray(value)) {
      this.inAll += value.length;
      const refusal = listSizeError(nullable, value.length, this.inAll, this.limits);
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
