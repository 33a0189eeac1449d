import { expect, test } from "vitest";
import { openTestApp, type TestApp } from "./support/open-test-app.js";

const PAGE = /* GraphQL */ `
  query Page($first: Int, $after: String, $last: Int, $before: String) {
    models(first: $first, after: $after, last: $last, before: $before) {
      totalCount
      nodes {
        name
      }
      edges {
        cursor
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

async function seeded(app: TestApp, count: number): Promise<string[]> {
  const made: string[] = [];
  while (made.length < count) made.unshift((await app.seed.model()).name);
  return made;
}

test("pages go from the newest to the oldest, and their cursors lead on", async () => {
  await using app = await openTestApp();
  const names = await seeded(app, 5);

  const one = (await app.execute(PAGE, { first: 2 })).data.models;
  const two = (await app.execute(PAGE, { first: 3, after: one.pageInfo.endCursor })).data.models;

  expect([...one.nodes, ...two.nodes].map(({ name }: { name: string }) => name)).toEqual(names);
  expect(one).toMatchObject({ totalCount: 5, pageInfo: { hasNextPage: true, hasPreviousPage: false } });
  expect(two).toMatchObject({ totalCount: 5, pageInfo: { hasNextPage: false, hasPreviousPage: true } });
});

test("the last page is read from the oldest on", async () => {
  await using app = await openTestApp();
  const names = await seeded(app, 4);

  const last = (await app.execute(PAGE, { last: 2 })).data.models;
  const before = (await app.execute(PAGE, { last: 2, before: last.pageInfo.startCursor })).data.models;

  expect([...before.nodes, ...last.nodes].map(({ name }: { name: string }) => name)).toEqual(names);
  expect(before.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
});

test.each([
  { first: 0 },
  { first: 101 },
  { first: -1 },
  { last: 101 },
  { first: 1, last: 1 },
  { after: "nonsense" },
  { before: "b2xkZXN0Ong" },
])("the page %o is refused", async (variables) => {
  await using app = await openTestApp();

  const { errors } = await app.execute(PAGE, variables);

  expect(errors).toHaveLength(1);
});

test("a list is filtered by name, and by the name of the parent", async () => {
  await using app = await openTestApp();
  const [one, other] = [await app.seed.model(), await app.seed.model()];
  const wanted = await app.seed.dataset({ model: one.name, name: "iris" });
  await app.seed.dataset({ model: other.name, name: "iris" });
  await app.seed.dataset({ model: one.name, name: "tulips" });

  const { data } = await app.execute(
    `query ($filter: DatasetFilter) { datasets(filter: $filter) { totalCount nodes { id } } }`,
    { filter: { model: { eq: one.name }, name: { in: ["iris", "roses"] } } },
  );

  expect(data.datasets).toEqual({ totalCount: 1, nodes: [{ id: wanted.id }] });
});

test("a parent that is not there has no children", async () => {
  await using app = await openTestApp();

  const { data } = await app.execute(`{ datasets(filter: { model: { eq: "nowhere" } }) { totalCount nodes { id } } }`);

  expect(data.datasets).toEqual({ totalCount: 0, nodes: [] });
});
