import { expect, test } from "vitest";
import { builtProject } from "./support/built-project.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";
import { PlayedContainer } from "./support/played-container.js";

const START = `mutation ($input: StartTrainingInput!) { startTraining(input: $input) { id timeoutSeconds } }`;

const start = (app: TestApp, proj: string, timeoutSeconds?: number) =>
  app.execute(START, { input: { proj, notebook: "train.ipynb", timeoutSeconds } });

test("a training tells its container how long it may run", async () => {
  await using app = await openTestApp();
  const { proj } = await builtProject(app);

  const { data } = await start(app, proj.name, 90);
  await app.settled();
  const { body } = await PlayedContainer.of(app.runtime.running(data.startTraining.id)[0]!).claim();

  expect(data.startTraining.timeoutSeconds).toBe(90);
  expect(body.timeoutSeconds).toBeGreaterThan(0);
  expect(body.timeoutSeconds).toBeLessThanOrEqual(90);
});

test("a training that says nothing may run for the operator's hours", async () => {
  await using app = await openTestApp({ ROCAS_TRAIN_HOURS: "0.5" });
  const { proj } = await builtProject(app);

  expect((await start(app, proj.name)).data.startTraining.timeoutSeconds).toBe(1800);
});

test.each([
  ["more than the default, which is above the cap", "0.1", "LIMIT_EXCEEDED", 3601, /3,600 seconds at most/],
  ["more than the cap", "2", "LIMIT_EXCEEDED", 7201, /7,200 seconds at most/],
  ["no time", "1", "BAD_USER_INPUT", 0, /1 second or more/],
])("%s is refused", async (_what, hours, code, seconds, message) => {
  await using app = await openTestApp({ ROCAS_TRAIN_HOURS: "1", ROCAS_MAX_TRAIN_HOURS: hours });
  const { proj } = await builtProject(app);

  const [error] = (await start(app, proj.name, seconds)).errors!;

  expect(error).toMatchObject({ message: expect.stringMatching(message) });
  expect(error!.extensions).toMatchObject({ code, path: ["input", "timeoutSeconds"] });
});

test("a container that does not end in time is ended, and the reason says so", async () => {
  await using app = await openTestApp();
  const { proj } = await builtProject(app);
  const { id } = (await start(app, proj.name, 60)).data.startTraining;
  await app.settled();
  await PlayedContainer.of(app.runtime.running(id)[0]!).claim();

  const passed = new Date(Date.now() - 120_000);
  await app.app.store.jobs.updateOne({ _id: id }, { $set: { "deadlines.run": passed } });

  const task = async () =>
    (await app.execute(`query ($id: ID!) { node(id: $id) { ... on Training { task { state error } } } }`, { id })).data
      .node.task;
  await expect
    .poll(task, { timeout: 15_000 })
    .toEqual({ state: "FAILED", error: "it ran longer than the 60 seconds that it may" });
});
