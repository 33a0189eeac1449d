import { readFile } from "node:fs/promises";
import {
  type GraphQLObjectType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from "graphql";
import { expect, test } from "vitest";
import { rocasSchema } from "../src/schema.js";

test("schema.graphql is what the code prints", async () => {
  const { sdl } = await rocasSchema();

  const kept = await readFile("schema.graphql", "utf8");

  expect(kept, "run `npm run schema` and commit schema.graphql").toBe(sdl);
});

/** Everything of ours that has no description, by its path. */
function undescribed(schema: GraphQLSchema): string[] {
  const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith("_"));
  return types.flatMap((type) => {
    const own = type.description ? [] : [type.name];
    const members = isEnumType(type)
      ? type.getValues()
      : isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)
        ? Object.values<{
            name: string;
            description?: string | null;
            args?: readonly { name: string; description?: string | null }[];
          }>((type as GraphQLObjectType).getFields())
        : [];
    const inner = members.flatMap((member) => [
      ...(member.description ? [] : [`${type.name}.${member.name}`]),
      ...("args" in member ? (member.args ?? []) : [])
        .filter(({ description }) => !description)
        .map(({ name }) => `${type.name}.${member.name}(${name})`),
    ]);
    return [...own, ...inner];
  });
}

test("every type, field, argument and enum value has a description", async () => {
  const { schema } = await rocasSchema();

  expect(undescribed(schema).filter((path) => !path.startsWith("Query._"))).toEqual([]);
});
