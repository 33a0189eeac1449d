import { expect, test } from "vitest";
import { openTestApp, type TestApp } from "./support/open-test-app.js";

const PAGE = /* GraphQL */ `
  query Page(
    $model: String!
    $orderBy: [ModelVersionOrder!]
    $first: Int
    $after: String
    $last: Int
    $before: String
  ) {
    modelVersions(
      filter: { model: { eq: $model } }
      orderBy: $orderBy
      first: $first
      after: $after
      last: $last
      before: $before
    ) {
      nodes {
        name
      }
      pageInfo {
        hasNextPage
        hasPreviousPage
        startCursor
        endCursor
      }
    }
  }
`;
const PUBLISH = `mutation ($input: PublishModelVersionInput!) { publishModelVersion(input: $input) { id } }`;

const METRICS: Readonly<Record<string, object>> = {
  a: { metric: 3, group: "x" },
  b: { metric: 1.5, group: "y" },
  c: { metric: 3, group: "y" },
  d: {},
  e: { metric: "n/a", group: "x" },
  f: { metric: [9], group: "x" },
  g: { metric: 20, group: "z" },
};

async function withVersions(app: TestApp): Promise<string> {
  const { name: model } = await app.seed.model();
  for (const [name, details] of Object.entries(METRICS))
    await app.execute(PUBLISH, { input: { model, name, details, files: [] } });
  return model;
}

interface Walk {
  readonly names: string;
  readonly flags: readonly (readonly [boolean, boolean])[];
}

/** All pages from one end to the other. */
async function walked(app: TestApp, variables: object, backward: boolean): Promise<Walk> {
  const names: string[] = [];
  const flags: [boolean, boolean][] = [];
  let cursor: string | null = null;
  for (;;) {
    const page = backward ? { last: 2, before: cursor } : { first: 2, after: cursor };
    const { data } = await app.execute(PAGE, { ...variables, ...page });
    const { nodes, pageInfo } = data.modelVersions;
    const found = nodes.map(({ name }: { name: string }) => name);
    if (backward) names.unshift(...found);
    else names.push(...found);
    flags.push([pageInfo.hasPreviousPage, pageInfo.hasNextPage]);
    cursor = backward ? pageInfo.startCursor : pageInfo.endCursor;
    if (!(backward ? pageInfo.hasPreviousPage : pageInfo.hasNextPage)) return { names: names.join(""), flags };
  }
}

const DETAILS = { details: ["metric"] };

test.each([
  ["the newest first", null, "gfedcba"],
  ["by name", [{ field: "NAME" }], "abcdefg"],
  ["by name, backwards", [{ field: "NAME", direction: "DESC" }], "gfedcba"],
  ["by when they were made", [{ field: "CREATED_AT" }], "abcdefg"],
  ["by a metric, the least first", [DETAILS, { field: "NAME" }], "bacgedf"],
  ["by a metric, the greatest first", [{ ...DETAILS, direction: "DESC" }, { field: "NAME" }], "gacbedf"],
  [
    "by two values",
    [
      { details: ["group"], direction: "DESC" },
      { ...DETAILS, direction: "DESC" },
    ],
    "gcbaefd",
  ],
])("a walk %s meets everything once, both ways", async (_, orderBy, expected) => {
  await using app = await openTestApp();
  const model = await withVersions(app);

  const [there, back] = [await walked(app, { model, orderBy }, false), await walked(app, { model, orderBy }, true)];

  expect(there.names).toBe(expected);
  expect(back.names).toBe(expected);
  expect(there.flags).toEqual([
    [false, true],
    [true, true],
    [true, true],
    [true, false],
  ]);
  expect(back.flags).toEqual([
    [true, false],
    [true, true],
    [true, true],
    [false, true],
  ]);
});

test("the best version by accuracy is one request", async () => {
  await using app = await openTestApp();
  const model = await withVersions(app);

  const { data } = await app.execute(PAGE, { model, orderBy: [{ details: ["metric"], direction: "DESC" }], first: 2 });

  expect(data.modelVersions.nodes).toEqual([{ name: "g" }, { name: "c" }]);
});

test("a page says what lies around it also when the record of its cursor is gone", async () => {
  await using app = await openTestApp();
  const model = await withVersions(app);
  const orderBy = [{ field: "NAME" }];
  const one = (await app.execute(PAGE, { model, orderBy, first: 1 })).data.modelVersions;
  await app.execute(`mutation ($model: String!) { deleteModelVersion(input: { model: $model, name: "a" }) { done } }`, {
    model,
  });
  await app.settled();

  const two = (await app.execute(PAGE, { model, orderBy, first: 2, after: one.pageInfo.endCursor })).data.modelVersions;

  expect(two.nodes).toEqual([{ name: "b" }, { name: "c" }]);
  expect(two.pageInfo).toMatchObject({ hasPreviousPage: false, hasNextPage: true });
});

test("a range between two cursors says that there is more on both sides", async () => {
  await using app = await openTestApp();
  const model = await withVersions(app);
  const orderBy = [{ field: "NAME" }];
  const all = (await app.execute(PAGE, { model, orderBy, first: 7 })).data.modelVersions.pageInfo;

  const { data } = await app.execute(PAGE, {
    model,
    orderBy,
    first: 10,
    after: all.startCursor,
    before: all.endCursor,
  });

  expect(data.modelVersions.nodes.map(({ name }: { name: string }) => name).join("")).toBe("bcdef");
  expect(data.modelVersions.pageInfo).toMatchObject({ hasPreviousPage: true, hasNextPage: true });
});

test.each([
  ["neither of field and details", [{}]],
  ["both", [{ field: "NAME", details: ["a"] }]],
  ["too many keys", Array.from({ length: 5 }, () => ({ field: "NAME" }))],
  ["a path of no keys", [{ details: [] }]],
])("an order by %s is refused", async (_, orderBy) => {
  await using app = await openTestApp();

  const { errors } = await app.execute(PAGE, { model: "iris", orderBy });

  expect(errors?.[0]?.extensions["code"]).toBe("BAD_USER_INPUT");
});

test("a cursor of another order, of another list or of nobody is refused", async () => {
  await using app = await openTestApp();
  const model = await withVersions(app);
  const { endCursor } = (await app.execute(PAGE, { model, first: 1 })).data.modelVersions.pageInfo;
  const models = await app.execute(`{ models(first: 1) { pageInfo { endCursor } } }`);
  const forged = Buffer.from(JSON.stringify({ $gt: "" })).toString("base64url");
  const refused = async (variables: object) =>
    (await app.execute(PAGE, { model, ...variables })).errors?.[0]?.extensions;

  const refusal = { code: "BAD_USER_INPUT", path: ["after"] };

  expect(await refused({ after: endCursor, orderBy: [{ field: "NAME" }] })).toEqual(refusal);
  expect(await refused({ after: models.data.models.pageInfo.endCursor })).toEqual(refusal);
  expect(await refused({ after: forged })).toEqual(refusal);
  expect(await refused({ after: `${endCursor}x` })).toEqual(refusal);
});
