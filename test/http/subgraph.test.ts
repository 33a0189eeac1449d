import { buildClientSchema, getIntrospectionQuery } from "graphql";
import { Directive, Field, ObjectType, Query, Resolver } from "type-graphql";
import { expect, test } from "vitest";
import { buildSubgraph } from "../../src/http/build-subgraph.js";
import { openHttpServer } from "./support/open-http-server.js";
import { buildToySchema } from "./support/toy-schema.js";

const ENTITIES = "query($r:[_Any!]!){_entities(representations:$r){__typename ...on Flower{name}}}";

test("the SDL carries the keys and descriptions, is sorted, and leaves the gateway's own fields out", async () => {
  const { sdl } = await buildToySchema();
  expect(sdl).toContain('type Flower @key(fields: "name") {');
  expect(sdl).toContain('@link(url: "https://specs.apollo.dev/federation/v2.9"');
  expect(sdl).toContain('"""The queries of the API."""');
  expect(sdl).not.toMatch(/_entities|_service|_Any/);
  expect(sdl.indexOf("enum Colour")).toBeLessThan(sdl.indexOf("type Flower"));
});

test("a gateway gets the SDL that was printed", async () => {
  await using http = await openHttpServer();
  const { body } = await http.query("{_service{sdl}}");
  expect(body.data._service.sdl).toBe((await buildToySchema()).sdl);
});

test("entities are answered in order, null where there is none, and an error where it is no entity", async () => {
  await using http = await openHttpServer();
  const named = (name: string) => ({ __typename: "Flower", name });
  const { body } = await http.query(ENTITIES, {
    r: [named("b"), named("nowhere"), { __typename: "Query" }, named("a")],
  });
  expect(body.data._entities).toEqual([
    { __typename: "Flower", name: "b" },
    null,
    null,
    { __typename: "Flower", name: "a" },
  ]);
  expect(body.errors).toHaveLength(1);
  expect(body.errors[0].extensions).toMatchObject({
    code: "BAD_USER_INPUT",
    path: ["representations", 2, "__typename"],
  });
});

test.each([`"__proto__"`, `"constructor"`, "1", "null", "{}"])("the typename %s is no entity", async (typename) => {
  await using http = await openHttpServer();
  const { body } = await http.post(
    `{"query":${JSON.stringify(ENTITIES)},"variables":{"r":[{"__typename":${typename},"name":"a"}]}}`,
  );
  expect(body.errors[0].extensions.code).toBe("BAD_USER_INPUT");
});

test("introspection holds nothing that strict clients cannot read", async () => {
  await using http = await openHttpServer();
  const { body } = await http.query(getIntrospectionQuery());
  expect(JSON.stringify(body.data.__schema.directives)).not.toContain("DIRECTIVE_DEFINITION");
  expect(buildClientSchema(body.data).getType("Flower")).toBeDefined();
});

test("an entity without a reference resolver stops the start", async () => {
  @Directive('@key(fields: "id")')
  @ObjectType({ description: "An entity." })
  class Orphan {
    @Field(() => String, { description: "Its key." })
    id!: string;
  }
  @Resolver()
  class OrphanResolver {
    @Query(() => Orphan, { nullable: true, description: "One." })
    orphan(): null {
      return null;
    }
  }
  await expect(buildSubgraph({ resolvers: [OrphanResolver] }, {})).rejects.toThrow("Orphan");
});
