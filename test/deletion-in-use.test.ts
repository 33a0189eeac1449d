import { expect, test } from "vitest";
import { ROCAS } from "../src/caller.js";
import { changeRecord } from "../src/store/change-record.js";
import { systemIntent } from "../src/store/idempotency.js";
import { builtProject } from "./support/built-project.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";
import type { Answer } from "./support/told.js";

const remove = (app: TestApp, name: string, input: object) =>
  app.execute(
    `mutation ($input: ${name[0]!.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { done } }`,
    {
      input,
    },
  );
const refusal = ({ errors }: Answer) => errors?.[0] && [errors[0].extensions["code"], errors[0].message];

/** A project whose deployment `live` wants a version `best`, without a replica. */
async function deployed(app: TestApp) {
  const { proj, model } = await builtProject(app);
  await app.seed.modelVersion({ model: model.name, name: "best" });
  const movers = [{ model: model.name, name: "best" }];
  const wish = { proj: proj.name, name: "live", tag: "latest", notebook: "predict.ipynb", replicas: 0 };
  await app.seed.mutate("deploy", "DeployInput", { ...wish, movers });
  return { proj: proj.name, model: model.name };
}

/** A project with a training `run` that has not ended, on a dataset and from a version. */
async function training(app: TestApp) {
  const { proj, model } = await builtProject(app);
  await app.seed.dataset({ model: model.name, name: "iris" });
  await app.seed.modelVersion({ model: model.name, name: "base" });
  await app.seed.mutate("startTraining", "StartTrainingInput", {
    proj: proj.name,
    name: "run",
    notebook: "train.ipynb",
    datasets: [{ model: model.name, name: "iris" }],
    pretrained: [{ model: model.name, name: "base" }],
  });
  return { proj: proj.name, model: model.name };
}

test("a version that a deployment serves is refused, and goes with nothing but the deployment", async () => {
  await using app = await openTestApp();
  const { proj, model } = await deployed(app);

  const refused = await remove(app, "deleteModelVersion", { model, name: "best", cascade: true });
  await remove(app, "deleteDeployment", { proj, name: "live", cascade: true });
  await expect
    .poll(async () => (await app.execute(`{ deployments { totalCount } }`)).data.deployments.totalCount, {
      timeout: 15_000,
    })
    .toBe(0);
  const gone = await remove(app, "deleteModelVersion", { model, name: "best" });

  expect(refusal(refused)).toEqual(["IN_USE", 'It is in use by deployment "live".']);
  expect(gone.data.deleteModelVersion.done).toBe(true);
});

test("a build version that a deployment wants is refused", async () => {
  await using app = await openTestApp();
  const { proj } = await deployed(app);

  const refused = await remove(app, "deleteBuildVersion", { proj, tag: "latest", cascade: true });

  expect(refusal(refused)).toEqual(["IN_USE", 'It is in use by deployment "live".']);
});

test("a model is refused with cascade while another owner's deployment serves a version of it", async () => {
  await using app = await openTestApp();
  const { proj, model } = await deployed(app);
  await app.seed.mutate("updateProject", "UpdateProjectInput", { name: proj, models: [] });

  const refused = await remove(app, "deleteModel", { name: model, cascade: true });

  expect(refusal(refused)).toEqual(["IN_USE", 'It is in use by deployment "live".']);
});

test("a project goes with cascade, with the deployment that serves in it", async () => {
  await using app = await openTestApp();
  const { proj } = await deployed(app);

  const refused = await remove(app, "deleteProject", { name: proj });
  await remove(app, "deleteProject", { name: proj, cascade: true });

  expect(refusal(refused)?.[0]).toBe("IN_USE");
  const left = `{ projects { totalCount } deployments { totalCount } buildVersions { totalCount } models { totalCount } }`;
  const none = { totalCount: 0 };
  await expect
    .poll(async () => (await app.execute(left)).data, { timeout: 15_000 })
    .toEqual({ projects: none, deployments: none, buildVersions: none, models: { totalCount: 1 } });
});

test("what a training that has not ended mounts is refused, and goes after it", async () => {
  await using app = await openTestApp();
  const { proj, model } = await training(app);
  const removals = [
    ["deleteDataset", { model, name: "iris" }],
    ["deleteModelVersion", { model, name: "base" }],
    ["deleteBuildVersion", { proj, tag: "latest" }],
  ] as const;

  const refused = [];
  for (const [name, input] of removals) refused.push(refusal(await remove(app, name, input)));
  await app.seed.mutate("cancelTraining", "CancelTrainingInput", { proj, name: "run" });
  await app.settled();
  const gone = [];
  for (const [name, input] of removals) gone.push((await remove(app, name, input)).data?.[name]);

  const inUse = ["IN_USE", 'It is in use by training "run".'];
  expect(refused).toEqual([inUse, inUse, inUse]);
  expect(gone).toEqual([{ done: true }, { done: true }, { done: true }]);
});

test("a training that has not ended is refused; with cascade it is cancelled first, and goes by itself then", async () => {
  await using app = await openTestApp();
  const { proj } = await training(app);

  const refused = await remove(app, "deleteTraining", { proj, name: "run" });
  const accepted = await remove(app, "deleteTraining", { proj, name: "run", cascade: true });

  expect(refusal(refused)?.[0]).toBe("IN_USE");
  expect(accepted.errors).toBeUndefined();
  await expect
    .poll(async () => (await app.execute(`{ trainings { totalCount } }`)).data.trainings.totalCount, {
      timeout: 15_000,
    })
    .toBe(0);
  expect(await app.runtime.observe()).toEqual([]);
});

test("work goes on to its end and the project with it, also if a crash came right after the deletion was marked", async () => {
  await using app = await openTestApp();
  const { proj } = await training(app);
  const { store } = app.app;
  const { _id } = await store.projects.findOne({ name: proj }).lean().orFail();

  await changeRecord(store.projects, _id, () => ({ deleting: true }), systemIntent(ROCAS));

  const left = `{ projects { totalCount } trainings { totalCount } }`;
  await expect
    .poll(async () => (await app.execute(left)).data, { timeout: 15_000 })
    .toEqual({ projects: { totalCount: 0 }, trainings: { totalCount: 0 } });
  expect(await app.runtime.observe()).toEqual([]);
});
