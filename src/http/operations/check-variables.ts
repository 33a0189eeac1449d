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
import { inputError, typeAt } from "../input-errors.js";
import type { Limits } from "../limits/limits.js";
import { checkJsonNesting, ValueChecker } from "./value-checks.js";

const MAX_ERRORS = 5;
const WITHOUT_SUGGESTIONS = true;
type OnError = Parameters<typeof coerceInputValue>[2] & object;

interface CheckedVariables {
  readonly values: Readonly<Record<string, unknown>>;
  readonly errors: readonly GraphQLError[];
}

/**
 * Coerces the variables of an operation as graphql-js does. But bounds are checked before anything recurses, and errors
 * name the path, never the value.
 */
export function checkVariables(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
  limits: Limits,
): CheckedVariables {
  const values: Record<string, unknown> = Object.create(null);
  const errors: GraphQLError[] = [];
  const checker = new ValueChecker(limits);
  for (const definition of operation.variableDefinitions ?? []) {
    const type = typeFromAST(schema, definition.type);
    if (!isInputType(type) || errors.length >= MAX_ERRORS) continue;
    const name = definition.variable.name.value;
    if (!Object.hasOwn(variables, name)) {
      const missing = useDefault(definition, type, values);
      if (missing) errors.push(missing);
      continue;
    }
    const violation = checkJsonNesting(name, variables[name], limits) ?? checker.check(variables[name], type, [name]);
    if (violation) return { values, errors: [violation] };
    const report: OnError = (path, _value, error) => {
      if (errors.length < MAX_ERRORS) errors.push(inputError([name, ...path], typeAt(type, path), error));
    };
    values[name] = coerceInputValue(variables[name], type, report, WITHOUT_SUGGESTIONS);
  }
  return { values, errors };
}

function useDefault(
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
