import { expect, test } from "vitest";
import { builtProject } from "./support/built-project.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";

const NODE = `query ($id: ID!) { node(id: $id) { __typename id } }`;
const NODES = `query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }`;

/** A record of every kind, by its type. */
async function oneOfEach(app: TestApp): Promise<Record<string, string>> {
  const { proj, model } = await builtProject(app);
  const {
    app: { store },
    seed,
  } = app;
  const mutate = async (name: string, input: object) =>
    (await seed.mutate(name, `${name[0]!.toUpperCase()}${name.slice(1)}Input`, { ...input }, "id")).id as string;
  await seed.mutate("updateProject", "UpdateProjectInput", {
    name: proj.name,
    gitRepo: "https://git.example.org/flora",
  });
  const Deployment = await mutate("deploy", { proj: proj.name, tag: "latest", notebook: "predict.ipynb", replicas: 0 });
  return {
    Project: proj.id,
    Model: model.id,
    BuildVersion: (await store.buildVersions.findOne({}).lean())!._id,
    Dataset: (await seed.dataset({ model: model.name })).id,
    ModelVersion: (await seed.modelVersion({ model: model.name })).id,
    TreasureChest: await mutate("createTreasureChest", { username: "flora", password: "correct horse" }),
    Training: await mutate("startTraining", { proj: proj.name, notebook: "train.ipynb" }),
    Build: await mutate("buildProject", { proj: proj.name, tag: "next", from: "GIT" }),
    Deployment,
    DeploymentRevision: (await store.deploymentRevisions.findOne({}).lean())!._id,
  };
}

test("every kind of record is found by its id, in the order asked, one store call a kind", async () => {
  await using app = await openTestApp();
  const records = await oneOfEach(app);
  const ids = Object.values(records);

  const { data, commands } = await app.watched(NODES, { ids: [...ids, ...ids] });

  const expected = Object.entries(records).map(([__typename, id]) => ({ __typename, id }));
  expect(data.nodes).toEqual([...expected, ...expected]);
  expect(commands).toHaveLength(10);
  expect(new Set(commands.map((each) => each.split(" ")[0]))).toEqual(new Set(["find"]));
});

test.each([
  "",
  "nonsense",
  "project_",
  "project_00000000000000000000000000",
  "PROJECT_00000000000000000000000000",
  "secret_00000000000000000000000000",
  "project_0000000000000000000000000",
  '{"$ne":null}',
  "__proto__",
  "project_00000000000000000000000000\u0000",
  "x".repeat(10_000),
])("nothing has the id %j", async (id) => {
  await using app = await openTestApp();
  const { id: there } = await app.seed.project();

  expect((await app.execute(NODE, { id })).data).toEqual({ node: null });
  expect((await app.execute(NODES, { ids: [id, there] })).data.nodes).toEqual([
    null,
    { __typename: "Project", id: there },
  ]);
});

test("at most a hundred ids are asked for at once", async () => {
  await using app = await openTestApp();
  const ids = (count: number) => Array.from({ length: count }, () => "project_00000000000000000000000000");

  const [good, bad] = [await app.execute(NODES, { ids: ids(100) }), await app.execute(NODES, { ids: ids(101) })];

  expect(good.data.nodes).toHaveLength(100);
  expect(bad.errors).toMatchObject([{ extensions: { code: "LIMIT_EXCEEDED", path: ["ids"] } }]);
});
