import {
  getNamedType,
  type GraphQLNamedType,
  type GraphQLSchema,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isScalarType,
} from "graphql";
import { expect, test } from "vitest";
import { rocasSchema } from "../src/schema.js";

/** Texts with a rule for what is given; every one of them reads as the text that it is. */
const TEXTS = [
  "ArgName",
  "FileName",
  "GitRef",
  "GitUrl",
  "ImageRef",
  "Name",
  "NotebookPath",
  "Sha256",
  "ShortText",
  "Stage",
  "Tag",
  "VariableName",
  "VariableValue",
];

interface Use {
  readonly name: string;
  readonly type: GraphQLNamedType;
  readonly at: string;
}

/** Every field and argument of a scalar type. The operators of filters compare with values of any type. */
function usesIn(schema: GraphQLSchema): Use[] {
  return Object.values(schema.getTypeMap()).flatMap((type) => {
    if (type.name.startsWith("__") || type.name.endsWith("Filter")) return [];
    if (isInputObjectType(type)) return Object.values(type.getFields()).flatMap((field) => useOf(field, type.name));
    if (!isObjectType(type) && !isInterfaceType(type)) return [];
    return Object.values(type.getFields()).flatMap((field) => [
      ...useOf(field, type.name),
      ...field.args.flatMap((each) => useOf(each, `${type.name}.${field.name}`)),
    ]);
  });
}

function useOf({ name, type }: { name: string; type: Parameters<typeof getNamedType>[0] }, at: string): Use[] {
  const named = getNamedType(type);
  return named && isScalarType(named) ? [{ name, type: named, at }] : [];
}

const kindOf = ({ type }: Use): string => (TEXTS.includes(type.name) ? "String" : type.name);

test("a name has the same scalar wherever it stands, or a rule for the same text", async () => {
  const { schema } = await rocasSchema();
  const kinds = new Map<string, Set<string>>();
  // The `details` of an order are a path into them.
  for (const use of usesIn(schema).filter(({ name, at }) => !(name === "details" && at.endsWith("Order"))))
    kinds.set(use.name, (kinds.get(use.name) ?? new Set()).add(kindOf(use)));

  expect([...kinds].filter(([, all]) => all.size > 1)).toEqual([]);
});

test("what is read has plain scalars: rules for texts stand where something is given", async () => {
  const { schema } = await rocasSchema();
  const given = usesIn(schema).filter(({ type }) => TEXTS.includes(type.name));

  expect(given.length).toBeGreaterThan(0);
  expect(given.filter(({ at }) => !at.endsWith("Input"))).toEqual([]);
});
