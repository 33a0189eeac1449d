import {
  type ASTNode,
  BREAK,
  type DocumentNode,
  getNamedType,
  GraphQLError,
  GraphQLID,
  type GraphQLInputType,
  Kind,
  type ValidationRule,
  ValuesOfCorrectTypeRule,
  visit,
} from "graphql";
import { formatPath } from "../../graph/json-path.js";
import { INEXACT, isExact } from "../../graph/written-numbers.js";
import { domainErrorOf, type ErrorPath, inputError } from "../input-errors.js";

/** Wraps GraphQL's own rule for literals. Its messages hold the literal, perhaps a password. */
export const valueFreeLiterals: ValidationRule = (context) =>
  ValuesOfCorrectTypeRule(
    Object.create(context, {
      reportError: {
        value: (error: GraphQLError) => {
          const path = pathOf(error.nodes?.[0], context.getDocument());
          const { message } = inputError(
            path,
            (context.getInputType() ?? undefined) as GraphQLInputType | undefined,
            error,
          );
          // A literal of a wrong type breaks the schema. Others break a rule of ours.
          const code = domainErrorOf(error) ? "BAD_USER_INPUT" : "GRAPHQL_VALIDATION_FAILED";
          context.reportError(new GraphQLError(message, { nodes: error.nodes, extensions: { code, path } }));
        },
      },
    }),
  );

/** Returns the path from the argument or variable to the literal. */
function pathOf(literal: ASTNode | undefined, document: DocumentNode): ErrorPath {
  let keys: ErrorPath = [];
  visit(document, {
    enter(node, _key, _parent, path) {
      if (node !== literal) return undefined;
      keys = path;
      return BREAK;
    },
  });

  const steps: (string | number)[] = [];
  let reached: unknown = document;
  for (const [index, key] of keys.entries()) {
    reached = (reached as Record<string | number, unknown>)[key];
    const step = typeof key === "number" && keys[index - 1] === "values" ? key : nameOf(reached as ASTNode);
    if (step !== undefined) steps.push(step);
  }
  return steps;
}

function nameOf(node: ASTNode): string | undefined {
  if (node.kind === Kind.ARGUMENT || node.kind === Kind.OBJECT_FIELD) return node.name.value;
  return node.kind === Kind.VARIABLE_DEFINITION ? node.variable.name.value : undefined;
}

/** Refuses whole numbers that would lose digits. Ids are text, even if written as numbers. */
export const exactLiterals: ValidationRule = (context) => ({
  IntValue(node) {
    const type = context.getInputType();
    if (isExact(node.value) || (type && getNamedType(type) === GraphQLID)) return;
    const path = pathOf(node, context.getDocument());
    context.reportError(
      new GraphQLError(`${formatPath(path)}: ${INEXACT}`, {
        nodes: node,
        extensions: { code: "BAD_USER_INPUT", path },
      }),
    );
  },
});
