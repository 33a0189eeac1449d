import { Kind, type ValueNode } from "graphql";
import { inexact, markWholeFloat, staysAsWritten } from "./written-numbers.js";
import { markVariable } from "./written-variables.js";

type Variables = Readonly<Record<string, unknown>> | null | undefined;

/**
 * The JSON that a literal in a document stands for; a variable in it that is not given is nothing in an object and null in
 * a list. Nesting is bounded by the parser's tokens and the rules of a document.
 * @throws BAD_USER_INPUT if a whole number would change.
 */
export function jsonOfLiteral(node: ValueNode, variables: Variables): unknown {
  switch (node.kind) {
    case Kind.OBJECT: {
      const given = node.fields.map(({ name, value }) => [name.value, value, jsonOfLiteral(value, variables)] as const);
      return holding(
        Object.create(null) as Record<string, unknown>,
        given.filter(([, , value]) => value !== undefined),
      );
    }
    case Kind.LIST:
      return holding(
        [] as unknown as Record<number, unknown>,
        node.values.map((each, index) => [index, each, jsonOfLiteral(each, variables) ?? null] as const),
      );
    case Kind.VARIABLE:
      return variables?.[node.name.value];
    case Kind.INT:
      if (!staysAsWritten(node.value)) throw inexact();
      return Number(node.value);
    case Kind.FLOAT:
      return Number(node.value);
    case Kind.NULL:
      return null;
    default:
      return node.value;
  }
}

function holding(
  holder: Record<string | number, unknown>,
  given: readonly (readonly [string | number, ValueNode, unknown])[],
): object {
  for (const [key, node, value] of given) {
    holder[key] = value;
    if (node.kind === Kind.VARIABLE) markVariable(holder, key, node.name.value);
    else if (node.kind === Kind.FLOAT && Number.isInteger(value)) markWholeFloat(holder, key);
  }
  return holder;
}
