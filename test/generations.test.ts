import { expect, test } from "vitest";
import { buildAgain, imageId } from "./support/built-project.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";

const LIST = /* GraphQL */ `
  query ($model: String!, $first: Int, $after: String, $last: Int, $before: String) {
    datasetGenerations(model: $model, name: "iris", first: $first, after: $after, last: $last, before: $before) {
      totalCount
      nodes {
        id
      }
      pageInfo {
        endCursor
        startCursor
        hasNextPage
        hasPreviousPage
      }
    }
  }
`;
const BESIDE = /* GraphQL */ `
  query ($ids: [ID!]!) {
    nodes(ids: $ids) {
      ... on Dataset {
        generation
        supersedes {
          id
        }
        supersededBy {
          id
        }
        generations(first: 2) {
          totalCount
          nodes {
            id
          }
        }
      }
    }
  }
`;

async function published(app: TestApp, count: number) {
  const { name: model } = await app.seed.model();
  const ids: string[] = [];
  for (let made = 0; made < count; made += 1) ids.push((await app.seed.dataset({ model, name: "iris" })).id);
  return { model, ids };
}
const idsOf = ({ nodes }: { nodes: { id: string }[] }) => nodes.map(({ id }) => id);

test("all records of a name are listed in pages, the newest first", async () => {
  await using app = await openTestApp();
  const { model, ids } = await published(app, 5);
  const list = async (page: object) => (await app.execute(LIST, { model, ...page })).data.datasetGenerations;

  const first = await list({ first: 2 });
  const second = await list({ first: 2, after: first.pageInfo.endCursor });
  const last = await list({ last: 2 });
  const before = await list({ last: 2, before: last.pageInfo.startCursor });

  const newest = [...ids].reverse();
  expect([first, second, last, before].map(idsOf)).toEqual([
    newest.slice(0, 2),
    newest.slice(2, 4),
    newest.slice(3),
    newest.slice(1, 3),
  ]);
  expect(first).toMatchObject({ totalCount: 5, pageInfo: { hasNextPage: true, hasPreviousPage: false } });
});

test("what is left of a name is listed after the current record went", async () => {
  await using app = await openTestApp();
  const { model, ids } = await published(app, 3);
  await app.seed.mutate("deleteDataset", "DeleteDatasetInput", { model, name: "iris" }, "id");

  const { data } = await app.execute(LIST, { model });

  expect(idsOf(data.datasetGenerations)).toEqual([ids[1], ids[0]]);
});

test("a record says what it supersedes and what supersedes it, over gaps too", async () => {
  await using app = await openTestApp();
  const { ids } = await published(app, 5);
  const [one, two, three, four, five] = ids as [string, string, string, string, string];
  await app.seed.mutate("deleteDataset", "DeleteDatasetInput", { id: two }, "id");
  await app.seed.mutate("deleteDataset", "DeleteDatasetInput", { id: three }, "id");

  const { data } = await app.execute(BESIDE, { ids: [one, four, five] });

  const generations = { totalCount: 3, nodes: [{ id: five }, { id: four }] };
  expect(data.nodes).toEqual([
    { generation: 1, supersedes: null, supersededBy: { id: four }, generations },
    { generation: 4, supersedes: { id: one }, supersededBy: { id: five }, generations },
    { generation: 5, supersedes: { id: four }, supersededBy: null, generations },
  ]);
});

test("what supersedes what costs as many store calls for twenty records as for one", async () => {
  await using app = await openTestApp();
  const { ids } = await published(app, 4);
  const more = await published(app, 16);

  const one = await app.watched(BESIDE, { ids: [ids[1]] });
  const all = await app.watched(BESIDE, { ids: [...ids, ...more.ids] });

  expect(all.errors).toBeUndefined();
  expect([...all.commands].sort()).toEqual([...one.commands].sort());
});

test("a record that waits for its files has no generation, and shows those of its name", async () => {
  await using app = await openTestApp();
  const { model, ids } = await published(app, 2);
  const files = [{ name: "a.csv", size: 3, sha256: "a".repeat(64) }];
  const waiting = await app.seed.dataset({ model, name: "iris", files });

  const { data } = await app.execute(BESIDE, { ids: [waiting.id] });

  expect(data.nodes[0]).toMatchObject({ generation: null, supersedes: null, supersededBy: null });
  expect(idsOf(data.nodes[0].generations)).toEqual([ids[1], ids[0]]);
});

test("versions and build versions have generations as datasets have", async () => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model();
  const proj = await app.seed.project();
  const versions = [
    await app.seed.modelVersion({ model, name: "v" }),
    await app.seed.modelVersion({ model, name: "v" }),
  ];
  const builds = [
    await buildAgain(app.app, proj, imageId("1"), "v"),
    await buildAgain(app.app, proj, imageId("2"), "v"),
  ];

  const { data } = await app.execute(
    `query ($model: String!, $proj: String!) {
      modelVersionGenerations(model: $model, name: "v") { nodes { id generation } }
      buildVersionGenerations(proj: $proj, tag: "v") { nodes { id generation } } }`,
    { model, proj: proj.name },
  );

  const inOrder = (ids: (string | undefined)[]) => ({ nodes: ids.map((id, at) => ({ id, generation: 2 - at })) });
  expect(data).toEqual({
    modelVersionGenerations: inOrder([versions[1]?.id, versions[0]?.id]),
    buildVersionGenerations: inOrder([builds[1]?._id, builds[0]?._id]),
  });
});

test("the bytes of a record and of a model are counted, those of superseded records apart", async () => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model();
  const files = (text: string) => [
    { name: "a.csv", text },
    { name: "b.csv", text: "12" },
  ];
  await app.seed.dataset({ model, name: "iris", files: files("12345") });
  await app.seed.dataset({ model, name: "iris", files: files("123456789") });
  await app.seed.modelVersion({ model, files: [{ name: "clf.pkl", text: "w".repeat(5_000) }], compressed: true });
  await app.seed.dataset({ model, name: "elsewhere", files: [], stored: false });

  const { data } = await app.execute(
    `query ($m: String!) { model(name: $m) { fileUse { bytes supersededBytes records supersededRecords }
      datasets { nodes { bytes } } versions { nodes { bytes } } } }`,
    { m: model },
  );

  const [version] = data.model.versions.nodes;
  expect(data.model.datasets.nodes).toEqual([{ bytes: 0 }, { bytes: 11 }]);
  expect(version.bytes).toBeLessThan(1_000);
  const bytes = 7 + 11 + version.bytes;
  expect(data.model.fileUse).toEqual({ bytes, supersededBytes: 7, records: 4, supersededRecords: 1 });
});
