import {
  coerceInputValue,
  GraphQLError,
  type GraphQLInputType,
  type GraphQLSchema,
  isInputType,
  isNonNullType,
  type OperationDefinitionNode,
  typeFromAST,
  valueFromAST,
  type VariableDefinitionNode,
} from "graphql";
import { inputError, typeAt } from "./input-errors.js";
import { checkJsonNesting } from "./limits/json-nesting.js";
import type { Limits } from "./limits/limits.js";
import { VariableValues } from "./limits/variable-values.js";

const MOST_ERRORS = 5;
const WITHOUT_SUGGESTIONS = true;
type OnError = Parameters<typeof coerceInputValue>[2] & object;

interface Checked {
  readonly values: Readonly<Record<string, unknown>>;
  readonly errors: readonly GraphQLError[];
}

/**
 * Coerces the variables of an operation as graphql-js will do again, but for bounds that are checked before anything
 * recurses into them, and for errors that name the path and never the value.
 */
export function checkVariables(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  given: Readonly<Record<string, unknown>>,
  limits: Limits,
): Checked {
  const values: Record<string, unknown> = Object.create(null);
  const errors: GraphQLError[] = [];
  const bounds = new VariableValues(limits);
  for (const definition of operation.variableDefinitions ?? []) {
    const type = typeFromAST(schema, definition.type);
    if (!isInputType(type) || errors.length >= MOST_ERRORS) continue;
    const name = definition.variable.name.value;
    if (!Object.hasOwn(given, name)) {
      const missing = leftOut(definition, type, values);
      if (missing) errors.push(missing);
      continue;
    }
    const unbounded = checkJsonNesting(name, given[name], limits) ?? bounds.check(given[name], type, [name]);
    if (unbounded) return { values, errors: [unbounded] };
    const report: OnError = (path, _value, error) => {
      if (errors.length < MOST_ERRORS) errors.push(inputError([name, ...path], typeAt(type, path), error));
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
