import { getIntrospectionQuery } from "graphql";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openHttpServer } from "./support/open-http-server.js";

let http: Awaited<ReturnType<typeof openHttpServer>>;
beforeAll(async () => {
  http = await openHttpServer();
});
afterAll(() => http.close());

const seeds = (levels: number): string =>
  `{flower(name:"a")${"{seed".repeat(levels - 2)}{name}${"}".repeat(levels - 2)}}`;
const refused = { status: 400, body: { errors: [{ extensions: { code: "LIMIT_EXCEEDED" } }] } };

test("fields may be nested twelve deep", async () => {
  const { body } = await http.query(seeds(12));
  expect(body.errors).toBeUndefined();
});

test("fields nested thirteen deep are refused before they are executed", async () => {
  const answered = await http.query(seeds(13));
  expect(answered).toMatchObject(refused);
  expect(answered.body.data).toBeUndefined();
});

test("depth that is hidden in fragments counts", async () => {
  const fragments = Array.from({ length: 14 }, (_, level) => `fragment F${level} on Flower{seed{...F${level + 1}}}`);
  const query = `{flower(name:"a"){...F0}} ${fragments.join(" ")} fragment F14 on Flower{name}`;
  expect(await http.query(query)).toMatchObject(refused);
});

test("the standard introspection query, fifteen deep, passes", async () => {
  const { status, body } = await http.query(getIntrospectionQuery({ descriptions: true, oneOf: true }));
  expect(status).toBe(200);
  expect(body.data.__schema.queryType.name).toBe("Query");
});

test("deeper introspection is refused", async () => {
  const query = `{__type(name:"Query"){fields{type${"{ofType".repeat(13)}{name}${"}".repeat(13)}}}}`;
  expect(await http.query(query)).toMatchObject(refused);
});

test("thirty aliases pass, and thirty-one are refused", async () => {
  const aliased = (count: number) =>
    `{flower(name:"a"){${Array.from({ length: count }, (_, index) => `a${index}:name`).join(" ")}}}`;
  expect((await http.query(aliased(30))).body.errors).toBeUndefined();
  expect(await http.query(aliased(31))).toMatchObject(refused);
});

test("twenty root fields pass, and twenty-one are refused, through a fragment too", async () => {
  const fields = (count: number) => Array.from({ length: count }, (_, index) => `a${index}:polluted`).join(" ");
  expect((await http.query(`{${fields(20)}}`)).body.errors).toBeUndefined();
  expect(await http.query(`{${fields(21)}}`)).toMatchObject(refused);
  expect(await http.query(`{...F ...F} fragment F on Query{${fields(11)}}`)).toMatchObject(refused);
});

test("five mutations pass, and six are refused with none of them made", async () => {
  const plants = (count: number) =>
    `mutation{${Array.from({ length: count }, (_, index) => `a${index}:plant(input:{name:"x"}){name}`).join(" ")}}`;
  expect((await http.query(plants(5))).body.errors).toBeUndefined();
  expect(await http.query(plants(6))).toMatchObject(refused);
});

test("a flood of directives is refused with a short answer", async () => {
  const { status, text } = await http.query(`{polluted ${"@include(if:true)".repeat(11)}}`);
  expect(status).toBe(400);
  expect(text.length).toBeLessThan(4_096);
  expect((await http.query(`{polluted @include(if:true)}`)).body.errors).toBeUndefined();
});

test("directives that nobody knows, one at each of fifty-one places, are refused", async () => {
  expect(await http.query(`{flower(name:"a"){${"name @a ".repeat(51)}}}`)).toMatchObject(refused);
});

test("ten operations pass, and eleven are refused", async () => {
  const document = (count: number) =>
    Array.from({ length: count }, (_, index) => `query q${index}{polluted}`).join(" ");
  const ten = await http.post({ query: document(10), operationName: "q3" });
  expect(ten.body.errors).toBeUndefined();
  expect(await http.post({ query: document(11), operationName: "q3" })).toMatchObject(refused);
});

test("a document of more than two thousand tokens is refused", async () => {
  expect(await http.query(`{flower(name:"a"){${"name ".repeat(20_000)}}}`)).toMatchObject(refused);
});

test("a field that is repeated four hundred times passes, and once more is refused", async () => {
  const repeated = (count: number) => `{flower(name:"a"){${"name ".repeat(count)}}}`;
  expect((await http.query(repeated(400))).body.errors).toBeUndefined();
  expect(await http.query(repeated(401))).toMatchObject(refused);
});

test("a field with fields of its own stands a hundred and fifty times in a document, and no more", async () => {
  const repeated = (count: number) => `{flower(name:"a"){${"seed{name} ".repeat(count)}}}`;
  expect((await http.query(repeated(150))).body.errors).toBeUndefined();
  expect(await http.query(repeated(151))).toMatchObject(refused);
});

const chain = (fragments: number): string => {
  const fragment = (index: number) => `fragment F${index} on Flower{name seed{name} ...F${index + 1}}`;
  const all = Array.from({ length: fragments - 1 }, (_, index) => fragment(index));
  return `{flower(name:"a"){...F0}} ${all.join(" ")} fragment F${fragments - 1} on Flower{name}`;
};

test("sixty fragments pass, and sixty-one are refused", async () => {
  expect((await http.query(chain(60))).body.errors).toBeUndefined();
  expect(await http.query(chain(61))).toMatchObject(refused);
});

test("the dearest document within the limits is answered in less than a second", async () => {
  const began = performance.now();
  await http.query(`${chain(60)} #`);
  expect(performance.now() - began).toBeLessThan(1_000);
});

test("fragments that spread each other in pairs are answered in less than a second", async () => {
  const spread = (index: number) => `fragment F${index} on Flower{...F${(index * 7 + 1) % 60} ...F${(index + 1) % 60}}`;
  const query = `{flower(name:"a"){...F0}} ${Array.from({ length: 60 }, (_, index) => spread(index)).join(" ")}`;
  const began = performance.now();
  expect((await http.query(query)).body.errors[0].extensions.code).toBe("GRAPHQL_VALIDATION_FAILED");
  expect(performance.now() - began).toBeLessThan(1_000);
});

test.each([
  ["list literals", `{flower(name:${"[".repeat(20_000)}${"]".repeat(20_000)}){name}}`],
  ["selections", `${"{seed".repeat(20_000)}`],
  ["objects", `mutation{plant(input:${"{beside:".repeat(20_000)}`],
  ["types of variables", `query($a:${"[".repeat(20_000)}Int`],
])("%s nested twenty thousand deep are refused with our code", async (_name, query) => {
  const answered = await http.query(query);
  expect(answered).toMatchObject(refused);
  expect(answered.text).not.toContain("call stack");
});

test("variables nested five thousand deep are refused with our code", async () => {
  const deep = `{"name":"a","beside":[`.repeat(5_000) + "]}".repeat(5_000);
  const query = "mutation($input:PlantInput!){plant(input:$input){name}}";
  const answered = await http.post(`{"query":${JSON.stringify(query)},"variables":{"input":${deep}}}`);
  expect(answered).toMatchObject(refused);
});

test("variables nested five deep pass", async () => {
  const query = "mutation($input:PlantInput!){plant(input:$input){name}}";
  const { body } = await http.query(query, { input: { name: "a", beside: [{ name: "b", beside: [{ name: "c" }] }] } });
  expect(body).toEqual({ data: { plant: { name: "a" } } });
});

test.each(["{__proto__:__typename}", "{constructor:__typename}", "query($__proto__:Int){polluted}"])(
  "%s is refused",
  async (query) => {
    const { body } = await http.query(query);
    expect(body.errors[0].extensions.code).toBe("BAD_USER_INPUT");
    expect(body.data).toBeUndefined();
  },
);

test("a __proto__ in the variables pollutes nothing", async () => {
  const query = "mutation($input:PlantInput!){plant(input:$input){name}}";
  const text = `{"query":${JSON.stringify(query)},"variables":{"input":{"name":"a","details":{"__proto__":{"polluted":1}}}},"__proto__":{"polluted":1}}`;
  expect((await http.post(text)).body.errors[0].extensions).toMatchObject({
    code: "BAD_USER_INPUT",
    path: ["input", "details"],
  });
  expect((await http.query("{polluted}")).body.data.polluted).toBe("undefined");
});
