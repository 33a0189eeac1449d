import { Kind, type ValueNode } from "graphql";
import { markVariable } from "./written-variables.js";
import { inexactNumber, isExact, markWholeFloat } from "./written-numbers.js";

type Variables = Readonly<Record<string, unknown>> | null | undefined;

/**
 * Returns the JSON of a literal in a document. A missing variable is left out of an object and null in a list. The
 * parser's token limit and the validation rules bound the nesting.
 * @throws BAD_USER_INPUT if a whole number would change.
 */
export function jsonOfLiteral(node: ValueNode, variables: Variables): unknown {
  switch (node.kind) {
    case Kind.OBJECT: {
      const entries = node.fields.map(
        ({ name, value }) => [name.value, value, jsonOfLiteral(value, variables)] as const,
      );
      return filled(
        Object.create(null) as Record<string, unknown>,
        entries.filter(([, , value]) => value !== undefined),
      );
    }
    case Kind.LIST:
      return filled(
        [] as unknown as Record<number, unknown>,
        node.values.map((each, index) => [index, each, jsonOfLiteral(each, variables) ?? null] as const),
      );
    case Kind.VARIABLE:
      return variables?.[node.name.value];
    case Kind.INT:
      if (!isExact(node.value)) throw inexactNumber();
      return Number(node.value);
    case Kind.FLOAT:
      return Number(node.value);
    case Kind.NULL:
      return null;
    default:
      return node.value;
  }
}

function filled(
  holder: Record<string | number, unknown>,
  entries: readonly (readonly [string | number, ValueNode, unknown])[],
): object {
  for (const [key, node, value] of entries) {
    holder[key] = value;
    if (node.kind === Kind.VARIABLE) markVariable(holder, key, node.name.value);
    else if (node.kind === Kind.FLOAT && Number.isInteger(value)) markWholeFloat(holder, key);
  }
  return holder;
}
