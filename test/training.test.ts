import { expect, test } from "vitest";
import { buildAgain, builtProject, imageId } from "./support/built-project.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";
import { PlayedContainer } from "./support/played-container.js";

const FIELDS = `id name notebook params details
  task { state progress error reason attempt } bvers { tag dockerId status } ds { name status } pretrained { name status }`;
const START = `mutation Start($input: StartTrainingInput!) { startTraining(input: $input) { ${FIELDS} } }`;
const CANCEL = `mutation Cancel($input: CancelTrainingInput!) { cancelTraining(input: $input) { id task { state } } }`;
const READ = `query Read($id: ID!) { node(id: $id) { ... on Training { ${FIELDS} } } }`;

const start = (app: TestApp, input: object) => app.execute(START, { input: { notebook: "train.ipynb", ...input } });
const read = async (app: TestApp, id: string) => (await app.execute(READ, { id })).data.node;
const state = (app: TestApp, id: string) => async () => (await read(app, id)).task.state;

/** The container of the training that runs now. */
async function running(app: TestApp, id: string) {
  await expect.poll(() => app.runtime.replicas(id), { timeout: 10_000 }).toBe(1);
  const [spec] = app.runtime.running(id);
  if (!spec) throw new Error("Nothing runs.");
  return { spec, container: PlayedContainer.of(spec) };
}

test("a training records what it mounts, as it was", async () => {
  await using app = await openTestApp();
  const { proj, model } = await builtProject(app);
  const ds = await app.seed.dataset({ model: model.name });
  const version = await app.seed.modelVersion({ model: model.name });

  const { data } = await start(app, {
    proj: proj.name,
    params: { depth: 3 },
    datasets: [{ model: model.name, name: ds.name }],
    pretrained: [{ model: model.name, name: version.name }],
  });
  await buildAgain(app.app, proj, imageId("2"));

  expect(data.startTraining).toMatchObject({ task: { state: "WAITING" }, params: { depth: 3 } });
  expect(await read(app, data.startTraining.id)).toMatchObject({
    bvers: { tag: "latest", dockerId: imageId("1"), status: "REPLACED" },
    ds: [{ name: ds.name, status: "IDENTICAL" }],
    pretrained: [{ name: version.name, status: "IDENTICAL" }],
  });
});

test("a training without a name gets one", async () => {
  await using app = await openTestApp();
  const { proj } = await builtProject(app);
  const { data } = await start(app, { proj: proj.name });
  expect(data.startTraining.name).toMatch(/^[a-z0-9-]+-\d+$/);
});

test("a training runs in the image that its build version names, bounded by its profile", async () => {
  await using app = await openTestApp({ ROCAS_TRAIN_MEMORY_MB: "512" });
  const { proj } = await builtProject(app, imageId("3"));
  const { data } = await start(app, { proj: proj.name });

  const { spec } = await running(app, data.startTraining.id);

  expect(spec).toMatchObject({ image: imageId("3"), kind: "train", attempt: 1, resources: { memoryMb: 512 } });
  expect(spec.name).toBe(`rocas-train-${data.startTraining.id}-a1`);
});

test("a training that reports its end well is FINISHED, and its container goes", async () => {
  await using app = await openTestApp();
  const { proj } = await builtProject(app);
  const { data } = await start(app, { proj: proj.name });
  const { id } = data.startTraining;
  const { container } = await running(app, id);

  await container.claim();
  await expect.poll(state(app, id), { timeout: 10_000 }).toBe("RUNNING");
  await container.complete();
  await expect.poll(state(app, id), { timeout: 10_000 }).toBe("FINISHED");

  expect((await read(app, id)).task).toEqual({ state: "FINISHED", progress: 1, error: null, reason: null, attempt: 1 });
  await expect.poll(async () => (await app.runtime.observe(id)).length, { timeout: 10_000 }).toBe(0);
});

/** As if its container had not been heard for a minute. */
async function unheard({ app: { store } }: TestApp, id: string): Promise<void> {
  const at = new Date(Date.now() - 60_000);
  await store.jobs.updateOne({ _id: id }, { $set: { "slots.0.claimed_at": at, "slots.0.heartbeat_at": at } });
}

test("a container that vanishes is attempted anew, and the old attempt may not go on", async () => {
  await using app = await openTestApp();
  const { proj } = await builtProject(app);
  const { data } = await start(app, { proj: proj.name });
  const { id } = data.startTraining;
  const first = await running(app, id);
  await first.container.claim();

  app.runtime.vanish(first.spec.name);
  await unheard(app, id);
  await expect.poll(() => app.runtime.replicas(id), { timeout: 10_000 }).toBe(1);

  expect(app.runtime.running(id)[0]?.name).toBe(`rocas-train-${id}-a2`);
  expect((await first.container.heartbeat()).status).toBe(401);
  expect((await first.container.complete()).status).toBe(401);
});

test("a container that is killed for its memory ends the training with that reason", async () => {
  await using app = await openTestApp();
  const { proj } = await builtProject(app);
  const { data } = await start(app, { proj: proj.name });
  const { spec, container } = await running(app, data.startTraining.id);
  await container.claim();

  app.runtime.exit(spec.name, 137, true);

  await expect.poll(state(app, data.startTraining.id), { timeout: 10_000 }).toBe("FAILED");
  expect((await read(app, data.startTraining.id)).task.error).toContain("out of memory");
});

test("a container that fills its disk is stopped", async () => {
  await using app = await openTestApp({ ROCAS_SCRATCH_MB: "100" });
  const { proj } = await builtProject(app);
  const { data } = await start(app, { proj: proj.name });
  const { spec, container } = await running(app, data.startTraining.id);
  await container.claim();

  app.runtime.fillScratch(spec.name, 101);

  await expect.poll(state(app, data.startTraining.id), { timeout: 20_000 }).toBe("FAILED");
  expect((await read(app, data.startTraining.id)).task.error).toContain("101 MiB");
});

test("an image that cannot be run is a failed task with its reason", async () => {
  await using app = await openTestApp();
  const { proj } = await builtProject(app);
  app.runtime.failNextStart("no such image");
  const { data } = await start(app, { proj: proj.name });

  await expect.poll(state(app, data.startTraining.id), { timeout: 10_000 }).toBe("FAILED");
  expect((await read(app, data.startTraining.id)).task.error).toBe("no such image");
});

test("a training goes on while the engine measures for somebody else", async () => {
  await using app = await openTestApp();
  const { proj } = await builtProject(app);
  app.runtime.measuring = true;
  const { data } = await start(app, { proj: proj.name });
  const { id } = data.startTraining;
  const { container } = await running(app, id);
  await container.claim();
  await expect.poll(state(app, id), { timeout: 10_000 }).toBe("RUNNING");

  await container.complete();

  await expect.poll(state(app, id), { timeout: 10_000 }).toBe("FINISHED");
});

test("a cancelled training is CANCELLED once its container is gone", async () => {
  await using app = await openTestApp();
  const { proj } = await builtProject(app);
  const { data } = await start(app, { proj: proj.name });
  const { id, name } = data.startTraining;
  const { container } = await running(app, id);
  await container.claim();

  const cancelled = await app.execute(CANCEL, { input: { proj: proj.name, name } });
  expect(cancelled.errors).toBeUndefined();
  await expect.poll(state(app, id), { timeout: 10_000 }).toBe("CANCELLED");

  expect(app.runtime.replicas(id)).toBe(0);
  const again = await app.execute(CANCEL, { input: { proj: proj.name, name } });
  expect(again.data.cancelTraining).toEqual({ id, task: { state: "CANCELLED" } });
});

test("a training that is cancelled at once never gets a container", async () => {
  await using app = await openTestApp();
  const { proj } = await builtProject(app);
  app.runtime.down = true;
  await app.execute(START, { input: { proj: proj.name, notebook: "a.ipynb" } });
  app.runtime.down = false;
  const { data } = await start(app, { proj: proj.name });
  await app.execute(CANCEL, { input: { proj: proj.name, name: data.startTraining.name } });

  await expect.poll(state(app, data.startTraining.id), { timeout: 10_000 }).toBe("CANCELLED");
  expect(await app.runtime.observe()).toEqual([]);
});

test("a result that is stored wins over a request to cancel", async () => {
  await using app = await openTestApp();
  const { proj } = await builtProject(app);
  const { data } = await start(app, { proj: proj.name });
  const { id, name } = data.startTraining;
  const { container } = await running(app, id);
  await container.claim();

  await container.complete();
  await app.execute(CANCEL, { input: { proj: proj.name, name } });

  await expect.poll(state(app, id), { timeout: 10_000 }).toBe("FINISHED");
});

test.each([
  ["an unknown project", { proj: "nowhere" }, "NOT_FOUND"],
  ["a tag that was never built", { tag: "v9" }, "NOT_FOUND"],
  ["an unknown dataset", { datasets: [{ model: "m", name: "d" }] }, "NOT_FOUND"],
  ["an unknown version", { pretrained: [{ model: "m", name: "v" }] }, "NOT_FOUND"],
  ["a notebook above the project", { notebook: "../x.ipynb" }, "BAD_USER_INPUT"],
  ["a notebook at an address", { notebook: "http://h/x.ipynb" }, "BAD_USER_INPUT"],
  ["a name with a dot", { name: "a.b" }, "BAD_USER_INPUT"],
])("%s is refused, and nothing is recorded", async (_, input, code) => {
  await using app = await openTestApp();
  const { proj } = await builtProject(app);

  const { errors } = await start(app, { proj: proj.name, ...input });

  expect(errors?.[0]?.extensions["code"]).toBe(code);
  expect(await app.app.store.trainings.countDocuments()).toBe(0);
});

test("a dataset whose files are not kept here cannot be mounted", async () => {
  await using app = await openTestApp();
  const { proj, model } = await builtProject(app);
  const ds = await app.seed.dataset({ model: model.name, stored: false, files: [] });

  const { errors } = await start(app, { proj: proj.name, datasets: [{ model: model.name, name: ds.name }] });

  expect(errors?.[0]).toMatchObject({ extensions: { code: "BAD_USER_INPUT" }, path: ["startTraining"] });
  expect(errors?.[0]?.message).toContain("cannot be mounted");
});

test("a dataset that was good when it was made is mounted after the contract is tightened", async () => {
  await using app = await openTestApp();
  const { proj, model } = await builtProject(app);
  const ds = await app.seed.dataset({ model: model.name });
  const dataFiles = [{ name: "species.csv", required: true }];
  await app.seed.mutate("updateModel", "UpdateModelInput", { name: model.name, dataFiles });

  const { data, errors } = await start(app, { proj: proj.name, datasets: [{ model: model.name, name: ds.name }] });

  expect(errors).toBeUndefined();
  expect(data.startTraining.ds).toMatchObject([{ name: ds.name }]);
});

test("a training that its engine has no room for waits, and says why", async () => {
  await using app = await openTestApp();
  const { proj } = await builtProject(app);
  app.runtime.lacks = "The disk of the container engine is full.";
  const { data } = await start(app, { proj: proj.name });
  const { id } = data.startTraining;
  const task = async () => (await read(app, id)).task;

  await expect.poll(task, { timeout: 10_000 }).toMatchObject({ state: "WAITING", reason: app.runtime.lacks });
  app.runtime.lacks = null;

  await running(app, id);
  await expect.poll(task, { timeout: 10_000 }).toMatchObject({ reason: null, error: null, attempt: 1 });
});

test("without an engine a training is refused with a code that says so", async () => {
  await using app = await openTestApp();
  const { proj } = await builtProject(app);
  app.runtime.down = true;

  const { errors } = await start(app, { proj: proj.name });

  expect(errors?.[0]?.extensions["code"]).toBe("RUNTIME_UNAVAILABLE");
});

test("the same request with the same key starts one training", async () => {
  await using app = await openTestApp();
  const { proj } = await builtProject(app);
  const input = { proj: proj.name, idempotencyKey: "once" };

  const answers = await Promise.all(Array.from({ length: 5 }, () => start(app, input)));

  expect(new Set(answers.map(({ data }) => data.startTraining.id)).size).toBe(1);
  expect(await app.app.store.trainings.countDocuments()).toBe(1);
});
