import { afterAll, beforeAll, expect, test } from "vitest";
import { openHttpServer } from "./support/open-http-server.js";

let http: Awaited<ReturnType<typeof openHttpServer>>;
beforeAll(async () => {
  http = await openHttpServer();
});
afterAll(() => http.close());

const refused = { status: 400, body: { errors: [{ extensions: { code: "LIMIT_EXCEEDED" } }] } };

test("a page of a hundred in a page of a hundred passes", async () => {
  const { body } = await http.query("{flowers(first:100){nodes{neighbours(first:100){nodes{name}}}}}");
  expect(body.errors).toBeUndefined();
});

test("three such pages in each other are refused", async () => {
  const query = "{flowers(first:100){nodes{neighbours(first:100){nodes{neighbours(first:100){nodes{name}}}}}}}";
  expect(await http.query(query)).toMatchObject(refused);
});

test("a page size counts in a variable and in a variable's default as it does in the document", async () => {
  const inner = "{nodes{neighbours(first:$n){nodes{neighbours(first:$n){nodes{name}}}}}}";
  expect(await http.query(`query($n:Int!){flowers(first:$n)${inner}}`, { n: 100 })).toMatchObject(refused);
  expect(await http.query(`query($n:Int=100){flowers(first:$n)${inner}}`)).toMatchObject(refused);
  expect((await http.query(`query($n:Int!){flowers(first:$n)${inner}}`, { n: 5 })).body.errors).toBeUndefined();
});

test("a document that passed with small sizes is refused with large ones", async () => {
  const pages =
    "query($n:Int!){flowers(first:$n){nodes{neighbours(first:$n){nodes{neighbours(first:$n){nodes{name}}}}}}}";
  expect((await http.query(pages, { n: 5 })).body.errors).toBeUndefined();
  expect(await http.query(pages, { n: 100 })).toMatchObject(refused);
  const list = "query($n:[String!]!){named(names:$n){parents{parents{parents{name}}}}}";
  expect((await http.query(list, { n: ["a"] })).body.errors).toBeUndefined();
  expect(await http.query(list, { n: Array.from({ length: 250 }, () => "a") })).toMatchObject(refused);
});

test("a page size left out counts as twenty", async () => {
  const nested = (levels: number): string =>
    `{flowers{nodes${"{neighbours{nodes".repeat(levels)}{name}${"}}".repeat(levels)}}}`;
  expect((await http.query(nested(2))).body.errors).toBeUndefined();
  expect(await http.query(nested(4))).toMatchObject(refused);
});

test("a plain list counts ten times what is in it", async () => {
  const nested = (levels: number): string =>
    `{flower(name:"a")${"{parents".repeat(levels)}{name}${"}".repeat(levels)}}`;
  expect((await http.query(nested(4))).body.errors).toBeUndefined();
  expect(await http.query(nested(5))).toMatchObject(refused);
});

test("a field that is given a list counts as often as the list has items", async () => {
  const query = "query($n:[String!]!){named(names:$n){parents{parents{name}}}}";
  const names = (count: number) => Array.from({ length: count }, () => "a");
  expect((await http.query(query, { n: names(20) })).body.errors).toBeUndefined();
  expect(
    await http.query("query($n:[String!]!){named(names:$n){parents{parents{parents{name}}}}}", { n: names(250) }),
  ).toMatchObject(refused);
});

test("fragments that each spread the next twice are refused within a second", async () => {
  const doubling = Array.from(
    { length: 8 },
    (_, level) =>
      `fragment F${level} on Flower{a:seed{...F${level + 1}} b:seed{...F${level + 1}} c:parents{...F${level + 1}}}`,
  );
  const query = `{flower(name:"a"){...F0}} ${doubling.join(" ")} fragment F8 on Flower{name}`;
  const began = performance.now();
  expect(await http.query(query)).toMatchObject(refused);
  expect(performance.now() - began).toBeLessThan(1_000);
});

test("fragments on a connection count by the page that they stand in", async () => {
  const fragment = "fragment F on FlowerConnection{nodes{neighbours(first:100){nodes{name seed{name}}}}}";
  expect((await http.query(`{flowers(first:1){...F}} ${fragment}`)).body.errors).toBeUndefined();
  expect(await http.query(`{flowers(first:100){...F ...F}} ${fragment} `)).toMatchObject(refused);
});

test("a fragment that spreads itself is refused by the language's own rule", async () => {
  const { body } = await http.query(`{flower(name:"a"){...F}} fragment F on Flower{seed{...F}}`);
  expect(body.errors[0].extensions.code).toBe("GRAPHQL_VALIDATION_FAILED");
});

test("a larger page is allowed where the operator raises it", async () => {
  await using raised = await openHttpServer({ ROCAS_MAX_PAGE: "500" });
  const query = "{flowers(first:500){nodes{neighbours(first:400){nodes{name}}}}}";
  expect((await raised.query(query)).body.errors).toBeUndefined();
  const { body } = await http.query(query);
  expect(body.errors).toBeUndefined(); // at most a page of a hundred is ever answered here
});

test("a list of 250 items passes, and one of 251 is refused, in the document and in variables", async () => {
  const items = (count: number) => Array.from({ length: count }, () => "a");
  const inDocument = (count: number) => `{named(names:${JSON.stringify(items(count))}){name}}`;
  const inVariables = (count: number) => http.query("query($n:[String!]!){named(names:$n){name}}", { n: items(count) });
  expect((await http.query(inDocument(250))).body.errors).toBeUndefined();
  expect(await http.query(inDocument(251))).toMatchObject(refused);
  expect((await inVariables(250)).body.errors).toBeUndefined();
  expect((await inVariables(251)).body.errors[0].extensions).toMatchObject({ code: "LIMIT_EXCEEDED", path: ["n"] });
});

test("all lists together have a thousand items at most", async () => {
  const input = { name: "a", names: Array.from({ length: 200 }, () => "b") };
  const query = "mutation($input:PlantInput!){plant(input:$input){name}}";
  const beside = (count: number) => ({ input: { ...input, beside: Array.from({ length: count }, () => input) } });
  expect((await http.query(query, beside(3))).body.errors).toBeUndefined();
  expect(await http.query(query, beside(5))).toMatchObject(refused);
});

test("a list inside of a JSON value has that value's own bounds", async () => {
  const query = "mutation($input:PlantInput!){plant(input:$input){name}}";
  const curve = Array.from({ length: 1_500 }, (_, index) => index);
  const { body } = await http.query(query, { input: { name: "a", details: { curve } } });
  expect(body).toEqual({ data: { plant: { name: "a" } } });
});

test("a gateway may ask for a thousand entities at once, and not for more", async () => {
  const query = "query($r:[_Any!]!){_entities(representations:$r){...on Flower{name}}}";
  const representations = (count: number) => ({
    r: Array.from({ length: count }, () => ({ __typename: "Flower", name: "a" })),
  });
  expect((await http.query(query, representations(1_000))).body.data._entities).toHaveLength(1_000);
  expect(await http.query(query, representations(1_001))).toMatchObject(refused);
});

test("of large queries two run at a time, and small ones go past them", async () => {
  await using own = await openHttpServer();
  const large = "{slow(ms:2000) flowers(first:100){nodes{neighbours(first:100){nodes{a:name b:name c:name}}}}}";
  const answers = Promise.all([1, 2, 3, 4].map(() => own.query(large)));
  await expect.poll(() => own.begun()).toBe(2);
  expect((await own.query("{__typename}")).body).toEqual({ data: { __typename: "Query" } });
  expect(own.begun()).toBe(3);
  expect((await answers).map(({ body }) => body.errors)).toEqual([undefined, undefined, undefined, undefined]);
});
