import { buildSchema, type DocumentNode, isObjectType, Kind, parse } from "graphql";
import { beforeAll, describe, expect, test } from "vitest";
import { composers, foreign, rocas, type Subgraph } from "./support/compose.js";

/** Every `@key` of a schema, as `Dataset: model { name } name`. */
function keysOf({ definitions }: DocumentNode): string[] {
  const types = definitions.filter((each) => each.kind === Kind.OBJECT_TYPE_DEFINITION);
  return types.flatMap(({ name, directives = [] }) =>
    directives
      .filter((each) => each.name.value === "key")
      .map((key) => {
        const fields = key.arguments?.find((each) => each.name.value === "fields")?.value;
        return `${name.value}: ${fields?.kind === Kind.STRING ? fields.value : ""}`;
      }),
  );
}

const fieldsOf = (supergraph: string, type: string): string[] => {
  // Its directives are known to composers, not to graphql-js.
  const found = buildSchema(supergraph, { assumeValidSDL: true }).getType(type);
  return isObjectType(found) ? Object.keys(found.getFields()) : [];
};

/** What a team writes that knows Relay's nodes. */
const notes = (query: string, types: string): Subgraph => ({
  name: "notes",
  url: "http://notes.test/graphql",
  sdl: /* GraphQL */ `
    extend schema
      @link(
        url: "https://specs.apollo.dev/federation/v2.9"
        import: ["@key", "@shareable", "@inaccessible", "@override"]
      )
    interface Node { id: ID! }
    type Query { ${query} }
    type Note implements Node @key(fields: "id") { id: ID! about: Project }
    ${types}
  `,
});
const withNode = (directive: string, types: string): Subgraph =>
  notes(`node(id: ID!): Node ${directive} nodes(ids: [ID!]!): [Node]! ${directive}`, types);
const NAMED_PROJECT = `type Project @key(fields: "name", resolvable: false) { name: String! }`;
const NODE_PROJECT = `type Project implements Node @key(fields: "id") { id: ID! notes: [Note!]! }`;

describe.each(Object.entries(composers))("%s", (_, compose) => {
  let ours: Subgraph, reviews: Subgraph, badges: Subgraph;
  beforeAll(async () => {
    [ours, reviews, badges] = await Promise.all([rocas(), foreign("reviews"), foreign("badges")]);
  });

  test("composes Rocas with itself alone", () => {
    expect(compose([ours])).toMatchObject({ errors: [], hints: [] });
  });

  test("composes Rocas with a subgraph that knows natural keys and one that knows ids, without a hint", () => {
    const { supergraph, errors, hints } = compose([ours, reviews, badges]);

    expect({ errors, hints }).toEqual({ errors: [], hints: [] });
    // Foreign types extend ours, and refer to ours.
    expect(fieldsOf(supergraph!, "Training")).toEqual(expect.arrayContaining(["task", "reviews", "badge"]));
    expect(fieldsOf(supergraph!, "Review")).toEqual(expect.arrayContaining(["training", "chest"]));
  });

  test("the order of the subgraphs plays no part", () => {
    expect(compose([badges, reviews, ours])).toMatchObject({ errors: [], hints: [] });
  });

  test.each([
    ["takes them over from Rocas", `@override(from: "rocas")`, NAMED_PROJECT],
    ["takes them over, and extends a type of ours as a node", `@override(from: "rocas")`, NODE_PROJECT],
    ["takes them over, and hides them", `@override(from: "rocas") @inaccessible`, NAMED_PROJECT],
  ])("composes Rocas with a subgraph that has `node` too and %s", (_what, directive, types) => {
    expect(compose([ours, withNode(directive, types)]).errors).toEqual([]);
  });

  test.each([
    ["does not say whose it is", "", NAMED_PROJECT],
    ["shares them, though none of its nodes is ours", "@shareable", NAMED_PROJECT],
    ["shares them, and extends a type of ours as a node", "@shareable", NODE_PROJECT],
    ["shares and hides them", "@shareable @inaccessible", NAMED_PROJECT],
  ])("refuses a subgraph that has `node` too and %s: either would be asked for the other's ids", (_what, ...node) => {
    const { supergraph, errors } = compose([ours, withNode(...node)]);

    expect(supergraph).toBeUndefined();
    expect(errors.join("\n")).toMatch(/node.*shareable|shareable[^]*node/i);
  });

  test("leaves `node` to clients where another subgraph takes it over", () => {
    const { supergraph } = compose([ours, withNode(`@override(from: "rocas")`, NAMED_PROJECT)]);

    expect(fieldsOf(supergraph!, "Query")).toEqual(expect.arrayContaining(["node", "nodes", "projects"]));
    expect(supergraph).not.toContain("@inaccessible");
  });

  test("composes Rocas with a subgraph that has the interface Node alone", () => {
    expect(compose([ours, notes("notes: [Node!]!", NAMED_PROJECT)])).toMatchObject({ errors: [], hints: [] });
  });
});

test("the foreign subgraphs of this suite name every key of every entity", async () => {
  const [ours, ...others] = await Promise.all([rocas(), foreign("reviews"), foreign("badges")]);
  const keys = keysOf(parse(ours.sdl));

  const used = others.flatMap(({ sdl }) => keysOf(parse(sdl)));

  expect(keys.length).toBeGreaterThan(15);
  expect(keys.filter((key) => !used.includes(key))).toEqual([]);
});
