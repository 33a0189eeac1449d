import { afterAll, beforeAll, expect, test } from "vitest";
import { DEAR_FILTER, seedManyModels, StoreWork } from "./support/broad-models.js";
import { openServed, type Served } from "./support/open-served.js";

const DEADLINE_MS = 1_500;
const FIELDS = 5;
const SOON = { timeout: 20_000, interval: 200 };

let [hurried, patient]: Served[] = [];
beforeAll(async () => {
  hurried = await openServed({ ROCAS_DEADLINE_MS: String(DEADLINE_MS) });
  patient = await openServed({ ROCAS_DEADLINE_MS: "600000" });
  await Promise.all([seedManyModels(hurried.app), seedManyModels(patient.app)]);
});
afterAll(async () => {
  await hurried?.[Symbol.asyncDispose]();
  await patient?.[Symbol.asyncDispose]();
});

const fields = Array.from({ length: FIELDS }, (_, index) => `a${index}: models(filter: $filter) { totalCount }`);
const QUERY = `query ($filter: ModelFilter) { ${fields.join(" ")} }`;

test("a query past its deadline says so, and the store stops working on it", { timeout: 120_000 }, async () => {
  const { status, body } = await hurried!.query(QUERY, { filter: DEAR_FILTER });

  expect(status).toBe(200);
  expect(body).toMatchObject({ data: null, errors: [{ extensions: { code: "LIMIT_EXCEEDED" } }] });
  expect(body.errors[0].message).toMatch(/^The request took longer than 1500 ms/);
  const work = new StoreWork(hurried!.app);
  await expect.poll(() => work.isAtRest(), SOON).toBe(true);
});

test("the same query of few records is answered in time", async () => {
  const { body } = await hurried!.query(QUERY, { filter: { name: { eq: "many-1" }, ...DEAR_FILTER } });
  expect(body).toMatchObject({ data: { a0: { totalCount: 0 } } });
});

test("the store stops working for a client that has gone", { timeout: 120_000 }, async () => {
  const work = new StoreWork(patient!.app);
  const leaving = new AbortController();
  const body = JSON.stringify({ query: QUERY, variables: { filter: DEAR_FILTER } });
  const headers = { "content-type": "application/json" };
  const asked = fetch(`${patient!.url}/graphql`, { method: "POST", headers, body, signal: leaving.signal });
  const gone = expect(asked).rejects.toThrow();
  await expect.poll(() => work.hasBegun(), SOON).toBe(true);
  leaving.abort();
  await gone;

  await expect.poll(() => work.isAtRest(), SOON).toBe(true);
  expect(patient!.log()).not.toContain("request_failed");
});

test("of a mutation, what had begun is done whole at the deadline, and the rest is not begun", async () => {
  await using served = await openServed({ ROCAS_DEADLINE_MS: "40" });
  const { name: model } = await served.app.seed.model();
  const files = Array.from({ length: 20 }, (_, index) => ({ name: `file-${index}`, text: "5.1,3.5\n" }));
  const makes = ["a", "b", "c", "d", "e"].map((name) => `${name}: createDataset(input: $${name}) { state }`);
  const declared = ["a", "b", "c", "d", "e"].map((name) => `$${name}: CreateDatasetInput!`);
  const inputs = ["a", "b", "c", "d", "e"].map((name) => [name, { model, name, files }]);
  const { body } = await served.query(
    `mutation (${declared.join()}) { ${makes.join(" ")} }`,
    Object.fromEntries(inputs),
  );

  expect(body).toMatchObject({ data: null, errors: [{ extensions: { code: "LIMIT_EXCEEDED" } }] });
  expect(body.errors[0].message).toMatch(/what it had begun to change is done, and the rest was not begun/);
  const kept = await served.app.app.store.datasets.find({}).lean();
  expect(kept.length).toBeLessThan(5);
  expect(kept.filter(({ state }) => state !== "READY")).toEqual([]);
});
