import { Code, MinKey } from "bson";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "../../src/graph/id.js";
import { openTestApp, type TestApp } from "../support/open-test-app.js";
import { openBothExecutors } from "./support/both-executors.js";
import { differencesOf } from "./support/same-answers.js";

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app[Symbol.asyncDispose]());

/** Puts a dataset with other values into the store. Gives the data of it, which both executors answer alike. */
async function answerWith(odd: object, selection: string): Promise<string> {
  const { name: model } = await app.seed.model();
  return answerOf([await insertOdd(model, odd)], selection);
}

/** Inserts a copy of a dataset with other values. Returns its id. */
async function insertOdd(model: string, odd: object): Promise<string> {
  const { collection } = app.app.store.datasets;
  const record = await collection.findOne({ _id: (await app.seed.dataset({ model })).id as never });
  const id = newId("dataset");
  await collection.insertOne({ ...record, ...odd, _id: id, key: id, superseded: true } as never);
  return id;
}

async function answerOf(ids: readonly string[], selection: string): Promise<string> {
  await using both = await openBothExecutors(app);
  const query = `{ nodes(ids: ${JSON.stringify(ids)}) { ... on Dataset { ${selection} } } }`;
  const [ours, theirs] = [await both.ask("compiled", query, {}), await both.ask("graphql-js", query, {})];
  expect(differencesOf(ours!, theirs!)).toEqual([]);
  return ours!.data;
}

test("whole numbers among the keys of details come first, wherever they stand in the store", async () => {
  const details = new Map<string, unknown>([
    ["b", 1],
    ["2", 2],
    ["1", { x: 3 }],
  ]);
  expect(await answerWith({ details }, "details")).toContain('"details":{"1":{"x":3},"2":2,"b":1}');
});

test("values of types that no client can send do not hide the fields beside them", async () => {
  const details = { least: new MinKey(), code: new Code("x"), a: 1 };
  const data = await answerWith({ details }, "name details model { name }");
  expect(data).toContain('"name":"dataset');
  expect(data).toContain('"a":1');
});

test("a document in place of a list of documents is an error of the list", async () => {
  expect(await answerWith({ files: { name: "a" } }, "name files { name }")).toContain('"nodes":[null]');
});

test("a record to which two refer is written for the second one if the first one became null", async () => {
  const { name: model } = await app.seed.model();
  const ids = [await insertOdd(model, { name: null }), await insertOdd(model, { name: "second" })];
  const data = await answerOf(ids, "model { name } name");
  expect(data).toContain(`{"nodes":[null,{"model":{"name":"${model}"},"name":"second"}]}`);
});
