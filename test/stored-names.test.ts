import { expect, test } from "vitest";
import { BuiltFrom } from "../src/builds/build-version.js";
import { buildAgain, builtProject, imageId } from "./support/built-project.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";
import { PlayedContainer } from "./support/played-container.js";

const DRIFT = `drift { path frozen now }`;
const START = `mutation ($input: StartTrainingInput!) { startTraining(input: $input) { id } }`;
const CONTRACT = [{ name: "clf.pkl", required: true, maxMb: 5 }];

async function started(app: TestApp, proj: string, mounts: object) {
  const { data } = await app.execute(START, { input: { proj, notebook: "train.ipynb", ...mounts } });
  const { id } = data.startTraining;
  await expect.poll(() => app.runtime.running(id).length, { timeout: 10_000 }).toBe(1);
  return { id, container: PlayedContainer.of(app.runtime.running(id)[0]!) };
}

test("a contract that changed drifts under the graph's names, whole and field by field", async () => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model({ modelFiles: CONTRACT });
  const base = await app.seed.modelVersion({ model });
  const { id } = await app.seed.modelVersion({ model, pretrained: { model, name: base.name } });
  const modelFiles = [
    { name: "clf.pkl", required: true, maxMb: 6 },
    { name: "extra.bin", maxMb: 1 },
  ];
  await app.seed.mutate("updateModel", "UpdateModelInput", { name: model, modelFiles });

  const { data } = await app.execute(
    `{ node(id: "${id}") { ... on ModelVersion { pretrained { model { ${DRIFT} } } } } }`,
  );

  expect(data.node.pretrained.model.drift).toEqual([
    { path: ["modelFiles", "0", "maxMb"], frozen: 5, now: 6 },
    { path: ["modelFiles", "1"], frozen: null, now: { name: "extra.bin", desc: null, required: false, maxMb: 1 } },
  ]);
});

test("a build version of another origin drifts by the names of the graph's enum", async () => {
  await using app = await openTestApp();
  const { proj } = await builtProject(app);
  const { id } = await started(app, proj.name, {});
  await buildAgain(app.app, proj, imageId("1"));
  const buildVersions = app.app.store.buildVersions;
  await buildVersions.updateMany({ superseded: false, seq: 2 }, { $set: { built_from: BuiltFrom.PRE_BUILT } });

  const { data } = await app.execute(`{ node(id: "${id}") { ... on Training { bvers { ${DRIFT} } } } }`);

  expect(data.node.bvers.drift).toContainEqual({ path: ["builtFrom"], frozen: "LOCAL", now: "PRE_BUILT" });
});

test("a key of the user's own is no stored name", async () => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model();
  const { name } = await app.seed.dataset({ model, details: { max_mb: { row_count: 1 } } });
  const { id } = await app.seed.modelVersion({ model, ds: { model, name } });
  await app.seed.mutate("updateDataset", "UpdateDatasetInput", { model, name, details: {} });

  const { data } = await app.execute(`{ node(id: "${id}") { ... on ModelVersion { ds { ${DRIFT} } } } }`);

  expect(data.node.ds.drift).toEqual([{ path: ["details", "max_mb"], frozen: { row_count: 1 }, now: null }]);
});

test("metadata on board has the specification's names and nothing of the store's own", async () => {
  await using app = await openTestApp();
  const { proj, model } = await builtProject(app);
  const details = { _id: "mine", key: "mine", hash: "mine" };
  const ds = await app.seed.dataset({ model: model.name, details });
  const root = await app.seed.modelVersion({ model: model.name, name: "root" });
  const base = await app.seed.modelVersion({ model: model.name, pretrained: { model: model.name, name: "root" } });
  const { container } = await started(app, proj.name, {
    datasets: [{ model: model.name, name: ds.name }],
    pretrained: [{ model: model.name, name: base.name }],
  });

  const { meta } = (await container.claim()).body;

  expect(JSON.stringify(meta).replaceAll(JSON.stringify(details), "")).not.toMatch(/"(_id|key|hash)"|\\u001f/);
  expect(meta.bvers).toMatchObject({
    id: expect.stringMatching(/^bvers_/),
    docker_id: imageId("1"),
    proj: { id: proj.id },
  });
  expect(meta.datasets).toMatchObject([
    { id: ds.id, name: ds.name, details, model: { id: model.id, data_files: [{}] } },
  ]);
  expect(meta.pretrained).toMatchObject([
    {
      id: base.id,
      name: base.name,
      alias: null,
      pretrained: { id: root.id, name: "root", model: { name: model.name } },
    },
  ]);
});
