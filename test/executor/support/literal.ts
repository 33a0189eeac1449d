import { getNamedType, type GraphQLInputType, type GraphQLNamedType, isEnumType, isInputObjectType } from "graphql";

/** Returns a value as it is written in a document. @param type the type of it, or of the items of a list. */
export function literal(value: unknown, type: GraphQLInputType | GraphQLNamedType): string {
  if (Array.isArray(value)) return `[${value.map((each) => literal(each, type)).join(", ")}]`;
  const named = getNamedType(type);
  if (typeof value === "string" && isEnumType(named)) return value;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = isInputObjectType(named) ? named.getFields() : {};
  const members = Object.entries(value).map(([key, each]) => `${key}: ${literal(each, fields[key]?.type ?? named)}`);
  return `{ ${members.join(", ")} }`;
}
