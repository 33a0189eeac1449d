import { expect, test } from "vitest";
import { openTestApp, type TestApp } from "./support/open-test-app.js";

const PUBLISH = `mutation ($input: PublishModelVersionInput!) { publishModelVersion(input: $input) { id } }`;
const PAGE = `query ($model: String!, $direction: OrderDirection!, $first: Int, $after: String, $last: Int, $before: String) {
  modelVersions(
    filter: { model: { eq: $model } }
    orderBy: [{ details: ["metric"], direction: $direction }, { field: NAME }]
    first: $first, after: $after, last: $last, before: $before
  ) { nodes { name } pageInfo { startCursor endCursor } }
}`;
const OF_MODEL = `query ($model: String!) {
  model(name: $model) { versions(first: 4, orderBy: [{ details: ["metric"], direction: DESC }, { field: NAME }]) { nodes { name } } }
}`;

const OF_ALL_KINDS: Readonly<Record<string, object>> = {
  a: { metric: "nan" },
  b: { metric: 0.5 },
  c: { metric: true },
  d: { metric: null },
  e: {},
  f: { metric: -3 },
  g: { metric: { mean: 1 } },
  h: { metric: [1] },
  i: { metric: 5_000_000_000 },
  j: { metric: false },
  k: { metric: "0.9" },
  l: { metric: 0 },
};
const LEAST_FIRST = "flbikajcdegh";
const GREATEST_FIRST = "iblfakcjdegh";

async function withVersions(app: TestApp): Promise<string> {
  const { name: model } = await app.seed.model();
  for (const [name, details] of Object.entries(OF_ALL_KINDS))
    await app.execute(PUBLISH, { input: { model, name, details, files: [] } });
  return model;
}

interface Found {
  readonly nodes: readonly { readonly name: string }[];
  readonly pageInfo: { readonly startCursor: string; readonly endCursor: string };
}

/** The names on all pages of two, from the beginning on and from the end on. */
async function walked(app: TestApp, model: string, direction: string): Promise<[there: string, back: string]> {
  const [there, back]: [string[], string[]] = [[], []];
  let [after, before]: (string | null)[] = [null, null];
  for (let page = 0; page < Object.keys(OF_ALL_KINDS).length / 2; page += 1) {
    const forward: Found = (await app.execute(PAGE, { model, direction, first: 2, after })).data.modelVersions;
    const backward: Found = (await app.execute(PAGE, { model, direction, last: 2, before })).data.modelVersions;
    there.push(...forward.nodes.map(({ name }) => name));
    back.unshift(...backward.nodes.map(({ name }) => name));
    [after, before] = [forward.pageInfo.endCursor, backward.pageInfo.startCursor];
  }
  return [there.join(""), back.join("")];
}

test.each([
  ["the least first", "ASC", {}, LEAST_FIRST],
  ["the greatest first", "DESC", {}, GREATEST_FIRST],
  ["the greatest first, with an index", "DESC", { ROCAS_DETAILS_INDEXES: "ModelVersion:metric" }, GREATEST_FIRST],
])("numbers come before all else, %s, on every page", async (_which, direction, settings, expected) => {
  await using app = await openTestApp(settings);
  const model = await withVersions(app);

  expect(await walked(app, model, direction)).toEqual([expected, expected]);
});

test("numbers come before all else among the versions of a model, too", async () => {
  await using app = await openTestApp();
  const model = await withVersions(app);

  const { data } = await app.execute(OF_MODEL, { model });

  expect(data.model.versions.nodes.map(({ name }: { name: string }) => name).join("")).toBe(GREATEST_FIRST.slice(0, 4));
});

test("a page in an order by values of any kind is one count and one aggregate", async () => {
  await using app = await openTestApp();
  const model = await withVersions(app);

  const { commands } = await app.watched(
    `query ($model: String!) { modelVersions(first: 1, filter: { model: { eq: $model } }, orderBy: [{ details: ["metric"], direction: DESC }]) { nodes { name } } }`,
    { model },
  );

  expect(commands.filter((each) => each.startsWith("aggregate"))).toHaveLength(2);
});
