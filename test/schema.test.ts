import { readFile } from "node:fs/promises";
import {
  getIntrospectionQuery,
  type GraphQLObjectType,
  type GraphQLSchema,
  graphqlSync,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  validateSchema,
} from "graphql";
import { expect, test } from "vitest";
import { rocasSchema } from "../src/schema.js";

test("schema.graphql is what the code prints", async () => {
  const { sdl } = await rocasSchema();

  const kept = await readFile("schema.graphql", "utf8");

  expect(kept, "run `npm run schema` and commit schema.graphql").toBe(sdl);
});

test("the schema is valid and can be introspected", async () => {
  const { schema } = await rocasSchema();

  expect(validateSchema(schema)).toEqual([]);
  expect(graphqlSync({ schema, source: getIntrospectionQuery() }).errors).toBeUndefined();
});

interface Described {
  readonly name: string;
  readonly description?: string | null;
  readonly args?: readonly Described[];
}

/** Returns everything of ours that has or should have a description, with its path. */
function describable(schema: GraphQLSchema): [path: string, description: string][] {
  const at = (path: string, { description }: Described): [string, string] => [path, description ?? ""];
  const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith("_"));
  return types.flatMap((type) => {
    const members: readonly Described[] = isEnumType(type)
      ? type.getValues()
      : isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)
        ? Object.values<Described>((type as GraphQLObjectType).getFields())
        : [];
    const inner = members
      .filter(({ name }) => !name.startsWith("_"))
      .flatMap((member) => {
        const path = `${type.name}.${member.name}`;
        return [at(path, member), ...(member.args ?? []).map((arg) => at(`${path}(${arg.name})`, arg))];
      });
    return [at(type.name, type), ...inner];
  });
}

test("every type, field, argument and enum value has a description", async () => {
  const { schema } = await rocasSchema();

  const undescribed = describable(schema).filter(([, description]) => description === "");

  expect(undescribed).toEqual([]);
});

/** Openings that make a description the half of a question: "Whether it runs", "By when it was made". */
const OPENS_AS_QUESTION =
  /^((about|after|at|before|by|for|from|in|of|on|since|to|until|with) )?(how|what|when|where|whether|which|who|whom|whose|why|(how|what|when|where|which|who)ever)\b/i;

test("every description names what it describes and opens as no question", async () => {
  const { schema } = await rocasSchema();

  const questions = describable(schema).filter(([, description]) => OPENS_AS_QUESTION.test(description));

  expect(questions).toEqual([]);
});
