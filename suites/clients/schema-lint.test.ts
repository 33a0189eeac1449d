import { fileURLToPath } from "node:url";
import { ESLint } from "eslint";
import { getNamedType, getNullableType, type GraphQLSchema, isInterfaceType, isListType, isObjectType } from "graphql";
import { expect, test } from "vitest";
import { readSchema, SCHEMA_FILE } from "./schema-files.js";

const CONFIG = fileURLToPath(new URL("schema-lint.config.js", import.meta.url));
/** The rules know no exceptions: the data model gives the field its name, and files are values that come in pages. */
const BOUND = [
  'Field "modelFiles" starts with the name of the parent type "Model"',
  "Edge type's field `node` must implement `Node` interface.",
];

test("the schema keeps the recommended rules and Relay's", { timeout: 120_000 }, async () => {
  const eslint = new ESLint({ cwd: fileURLToPath(new URL("../..", import.meta.url)), overrideConfigFile: CONFIG });

  const [result] = await eslint.lintFiles([SCHEMA_FILE]);

  expect(result!.messages.map(({ message }) => message)).toEqual(BOUND);
});

/** Every list of records that is no page, as `Type.field`. */
function listsOfRecords(schema: GraphQLSchema): string[] {
  const types = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type) || isInterfaceType(type));
  return types.flatMap((type) =>
    Object.values(type.getFields())
      .filter((field) => isListType(getNullableType(field.type)))
      .filter((field) => isRecord(schema, getNamedType(field.type).name))
      .map((field) => `${type.name}.${field.name}`),
  );
}

function isRecord(schema: GraphQLSchema, name: string): boolean {
  const type = schema.getType(name);
  return name === "Node" || (isObjectType(type) && type.getInterfaces().some((each) => each.name === "Node"));
}

test("records come in connections, but for a project's models, of which there are 50 at most, and those asked by id", () => {
  const lists = listsOfRecords(readSchema()).filter((each) => !each.endsWith("Connection.nodes"));

  expect(lists).toEqual(["Project.models", "Query.nodes"]);
});
