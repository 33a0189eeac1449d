import { createHash } from "node:crypto";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { getIntrospectionQuery } from "graphql";
import { afterAll, beforeAll, expect, test } from "vitest";
import { codesOf } from "./support/door.js";
import { openServed, type Served } from "./support/open-served.js";

let served: Served;
beforeAll(async () => {
  served = await openServed();
});
afterAll(() => served[Symbol.asyncDispose]());

const times = (count: number, each: (index: number) => string, separator = " ") =>
  Array.from({ length: count }, (_, index) => each(index)).join(separator);

const CHEST = `{ username: "somebody", password: "correct horse battery" }`;
const secret = (alias: string) => `${alias}: createTreasureChest(input: ${CHEST}) { id }`;

test.each([
  ["twice", `mutation { ${secret("a")} ${secret("b")} }`],
  ["and changed", `mutation { ${secret("a")} b: updateTreasureChest(input: { name: "x" }) { id } }`],
  [
    "in a fragment that is spread",
    `mutation { ...F ...F } fragment F on Mutation { a: createTreasureChest(input: ${CHEST}) { id } }`,
  ],
  ["beside a fragment", `mutation { ${secret("b")} ... on Mutation { ${secret("a")} } }`],
])("a secret taken %s in one mutation is refused, and none is kept", async (_how, query) => {
  const { status, body } = await served.query(query);
  expect(status).toBe(400);
  expect(codesOf(body)).toEqual(["LIMIT_EXCEEDED"]);
  expect(await served.app.app.store.treasureChests.countDocuments()).toBe(0);
});

test("a secret is taken beside other changes, and by one of several operations", async () => {
  const one = await served.query(
    `mutation { ${secret("a")} ${times(4, (n) => `m${n}: createModel(input: {}) { id }`)} }`,
  );
  expect(one.body.errors).toBeUndefined();
  const query = `mutation A { ${secret("a")} } mutation B { ${secret("b")} }`;
  expect((await served.post(JSON.stringify({ query, operationName: "B" }))).body.errors).toBeUndefined();
});

test("fragments that spread each other twice are counted at once", async () => {
  const chain = times(40, (n) => `fragment F${n} on Mutation { ...F${n + 1} ...F${n + 1} }`);
  const { body } = await served.query(`mutation { ...F0 } ${chain} fragment F40 on Mutation { __typename }`);
  expect(codesOf(body)).toEqual(["LIMIT_EXCEEDED"]);
});

test.each([
  ["types of fields of types", `{ __schema { types { ${"fields { type { ".repeat(5)} name ${"} }".repeat(5)} } } }`],
  ["the schema twice", "{ a: __schema { types { name } } b: __schema { types { name } } }"],
  [
    "aliases in aliases",
    `{ __schema { ${times(9, (n) => `t${n}: types { ${times(2, (m) => `f${m}: fields { name }`)} }`)} } }`,
  ],
  [
    "aliases in fragments",
    `{ __schema { ...S } } fragment S on __Schema { a: types { ...T } } fragment T on __Type { a: fields { name } b: fields { name } }`,
  ],
])("introspection of %s is refused before it is executed", async (_what, query) => {
  const { body } = await served.query(query);
  expect(body.data).toBeUndefined();
  expect(["LIMIT_EXCEEDED", "GRAPHQL_VALIDATION_FAILED"]).toContain(codesOf(body)[0]);
});

test("what introspection asks for in many fragments by one name is one, and counted at once", async () => {
  const chain = times(13, (n) => `fragment F${n} on __Type { ${times(4, () => `ofType { ...F${n + 1} }`)} }`);
  const query = `{ __type(name: "Query") { ...F0 } } ${chain} fragment F13 on __Type { name }`;
  expect((await served.query(query)).body).toEqual({ data: { __type: { ofType: null } } });
});

test("the standard introspection passes however low the operator sets the limits, and so do twenty types", async () => {
  await using low = await openServed({ ROCAS_MAX_PAGE: "1", ROCAS_MAX_DEPTH: "3" });
  const { body } = await low.query(getIntrospectionQuery({ inputValueDeprecation: true, oneOf: true }));
  expect(body.data.__schema.queryType.name).toBe("Query");
  const types = await low.query(`{ ${times(20, (n) => `t${n}: __type(name: "Model") { name }`)} }`);
  expect(types.body.data.t19).toEqual({ name: "Model" });
});

test.each([
  ["a field", "{ projec { name } }"],
  ["an argument", `{ project(nam: "x") { name } }`],
  ["a type", '{ node(id: "x") { ... on Projec { name } } }'],
  ["a field of an input", "{ projects(filter: { nam: {} }) { totalCount } }"],
  ["an enum value", "{ projects(orderBy: [{ field: NAMES }]) { totalCount } }"],
  ["a variable's type", "query ($f: ProjectFilte) { projects(filter: $f) { totalCount } }"],
])("a mistake in the name of %s is reported without other names", async (_what, query) => {
  const { body, text } = await served.query(query);
  expect(codesOf(body)).toContain("GRAPHQL_VALIDATION_FAILED");
  expect(text).not.toMatch(/did you mean/i);
});

test("a mistake in a variable is reported without other names", async () => {
  const query = "query ($filter: ProjectFilter) { projects(filter: $filter) { totalCount } }";
  const { body, text } = await served.query(query, { filter: { nam: { eq: "x" } } });
  expect(body.errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT", path: ["filter"] } }]);
  expect(text).not.toMatch(/did you mean/i);
});

const ENTITIES = "query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }";
const representations = (count: number) => Array.from({ length: count }, () => ({ __typename: "Model", name: "none" }));

test("a gateway asks for a thousand entities at once, and not for one more", async () => {
  const passed = await served.query(ENTITIES, { r: representations(1_000) });
  expect(passed.body.data._entities).toHaveLength(1_000);
  expect(codesOf((await served.query(ENTITIES, { r: representations(1_001) })).body)).toEqual(["LIMIT_EXCEEDED"]);
});

test("a list of 250 ids is looked at, one of 251 and one of 200,000 are not", async () => {
  const query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }";
  const ask = (count: number) => served.query(query, { ids: Array.from({ length: count }, () => "a") });
  expect((await ask(100)).body.data.nodes).toHaveLength(100);
  expect((await ask(251)).body.errors[0].extensions).toMatchObject({ code: "LIMIT_EXCEEDED", path: ["ids"] });
  expect((await ask(200_000)).status).toBe(413);
});

const MODEL = "mutation ($input: CreateModelInput!) { createModel(input: $input) { desc modelFiles { maxMb } } }";

test.each([
  ["half a character", `{"desc":"\\uD800"}`, ["input", "desc"]],
  ["the other half", `{"desc":"a\\uDC00"}`, ["input", "desc"]],
  ["a direction mark", `{"desc":"a\\u202Eb"}`, ["input", "desc"]],
  ["a letter that is not composed", `{"desc":"e\\u0301"}`, ["input", "desc"]],
  ["an endless number", `{"modelFiles":[{"name":"a","maxMb":1e400}]}`, ["input", "modelFiles", 0, "maxMb"]],
])("%s is refused with its path", async (_what, input, path) => {
  const { body } = await served.post(`{"query":${JSON.stringify(MODEL)},"variables":{"input":${input}}}`);
  expect(body.errors[0].extensions).toMatchObject({ code: "BAD_USER_INPUT", path });
});

test("a size beyond what a number holds is refused, and the largest is judged by its own rule", async () => {
  const query = "mutation ($input: CreateDatasetInput!) { createDataset(input: $input) { id } }";
  const ask = async (size: string) => {
    const file = `{"name":"a","sha256":"${"a".repeat(64)}","size":${size}}`;
    const input = `{"model":"nowhere","files":[${file}]}`;
    return (await served.post(`{"query":${JSON.stringify(query)},"variables":{"input":${input}}}`)).body.errors[0];
  };
  expect((await ask("9007199254740993")).extensions).toMatchObject({
    code: "BAD_USER_INPUT",
    path: ["input", "files", 0, "size"],
  });
  expect((await ask("5")).extensions.code).toBe("NOT_FOUND");
});

test("a whole character outside of the first plane and a composed letter are kept", async () => {
  const { body } = await served.query(MODEL, { input: { desc: "😀é", modelFiles: [{ name: "a", maxMb: 0.5 }] } });
  expect(body.data.createModel).toEqual({ desc: "😀é", modelFiles: [{ maxMb: 0.5 }] });
});

test.each([
  ["a field that is deferred", "{ models { ... @defer { totalCount } } }"],
  ["a list that is streamed", "{ models { nodes @stream { name } } }"],
  ["a directive that nobody knows", "{ models @a { totalCount } }"],
])("%s is refused", async (_what, query) => {
  expect(codesOf((await served.query(query)).body)).toEqual(["GRAPHQL_VALIDATION_FAILED"]);
});

test("an answer in parts is not given to who takes nothing else, and whole to who takes both", async () => {
  const body = JSON.stringify({ query: "{ models @include(if: true) { totalCount } }" });
  expect((await served.post(body, { accept: "multipart/mixed" })).status).toBe(406);
  expect((await served.post(body, { accept: "multipart/mixed, application/json;q=0.9" })).body.errors).toBeUndefined();
});

test("a query is not kept for its hash, nor asked for by it", async () => {
  const query = "{ __typename }";
  const persistedQuery = { version: 1, sha256Hash: createHash("sha256").update(query).digest("hex") };
  const byHash = async () => (await served.post(JSON.stringify({ extensions: { persistedQuery } }))).body;
  const refused = { errors: [{ extensions: { code: "PERSISTED_QUERY_NOT_SUPPORTED" } }] };

  const before = await byHash();
  const whole = await served.post(JSON.stringify({ query, extensions: { persistedQuery } }));

  expect(before).toMatchObject(refused);
  expect(before.data).toBeUndefined();
  expect(whole.body).toEqual({ data: { __typename: "Query" } });
  const after = await byHash();
  expect(after).toMatchObject(refused);
  expect(after.data).toBeUndefined();
});

function heapBytes(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed;
}

test("thousands of different documents take no more memory than the last of them", { timeout: 120_000 }, async () => {
  const send = async (from: number, to: number, fields: string) => {
    for (let index = from; index < to; index += 1) await served.query(`query q${index} { ${fields} }`);
  };
  await send(0, 200, "__typename");
  const before = heapBytes();
  await send(200, 2_000, "__typename");
  await send(2_000, 2_060, `models { ${times(390, () => "totalCount")} ${times(140, () => "nodes { name }")} }`);
  expect(heapBytes() - before).toBeLessThan(64 * 1024 * 1024);
});
