import { expect, test } from "vitest";
import { builtProject } from "./support/built-project.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";
import { PlayedContainer } from "./support/played-container.js";
import { PlayedDeployments } from "./support/played-deployment.js";
import type { Subscribed } from "./support/subscribed.js";

const TASKS = /* GraphQL */ `
  subscription Tasks($of: ID, $proj: String) {
    taskChanged(of: $of, proj: $proj) {
      recordId
      type
      version
      ended
      task {
        state
        progress
      }
      replicas {
        slot
        state
        ready
      }
      record {
        id
      }
    }
  }
`;

const training = (app: TestApp, proj: string): Promise<{ id: string; name: string }> =>
  app.seed.mutate("startTraining", "StartTrainingInput", { proj, notebook: "train.ipynb" });

async function running(app: TestApp, id: string) {
  await expect.poll(() => app.runtime.replicas(id), { timeout: 10_000 }).toBe(1);
  const container = PlayedContainer.of(app.runtime.running(id)[0]!);
  await container.claim();
  return container;
}

const next = async (subscription: Subscribed) => (await subscription.take(1))[0]?.data.taskChanged;

/** Takes changes until one is as expected. */
async function becomes(subscription: Subscribed, expected: object) {
  for (let change = await next(subscription); change; change = await next(subscription)) {
    const isSo = (() => {
      try {
        expect(change).toMatchObject(expected);
        return true;
      } catch {
        return false;
      }
    })();
    if (isSo) return change;
  }
  throw new Error("It ended before.");
}

test("the task of a training comes as it is, at each change, and no more when it has ended", async () => {
  await using app = await openTestApp();
  const { proj } = await builtProject(app);
  const { id } = await training(app, proj.name);
  const subscription = await app.subscribe(TASKS, { of: id });
  const container = await running(app, id);
  const first = await next(subscription);
  await becomes(subscription, { task: { state: "RUNNING" } });
  await container.complete();
  const last = await becomes(subscription, { ended: true });

  expect(first).toMatchObject({ recordId: id, type: "TRAINING", task: { state: "WAITING" }, record: { id } });
  expect(last).toMatchObject({ task: { state: "FINISHED", progress: 1 }, replicas: [] });
  expect(await subscription.next()).toEqual({ done: true, value: undefined });
  expect(app.app.live.subscriptions).toBe(0);
});

test("a task that has ended comes once", async () => {
  await using app = await openTestApp();
  const { proj } = await builtProject(app);
  const { id } = await training(app, proj.name);
  await (await running(app, id)).complete();
  await app.settled();

  const all = await (await app.subscribe(TASKS, { of: id })).take(9);

  expect(all.map(({ data }) => data.taskChanged.task.state)).toEqual(["FINISHED"]);
});

test("a deployment has the tasks of its replicas, until it is deleted", async () => {
  await using app = await openTestApp();
  await using played = new PlayedDeployments(app);
  const { proj } = await builtProject(app);
  const input = { proj: proj.name, name: "live", tag: "latest", notebook: "predict.ipynb", replicas: 2 };
  const { data } = await played.deploy(input);
  const subscription = await app.subscribe(TASKS, { of: data.deploy.id });

  const ready = { state: "RUNNING", ready: true };
  await becomes(subscription, {
    task: null,
    ended: false,
    replicas: [
      { slot: 0, ...ready },
      { slot: 1, ...ready },
    ],
  });
  const key = { proj: proj.name, name: "live", cascade: true };
  await app.seed.mutate("deleteDeployment", "DeleteDeploymentInput", key, "id");
  const all = await subscription.take(100);

  expect(all.at(-1)?.data.taskChanged.replicas).toEqual([]);
  expect(app.app.live.subscriptions).toBe(0);
});

test("a project has all tasks that are under way in it, and no others", async () => {
  await using app = await openTestApp();
  const [{ proj }, other] = [await builtProject(app), await builtProject(app)];
  const before = await training(app, proj.name);
  const subscription = await app.subscribe(TASKS, { proj: proj.name });
  const foreign = await training(app, other.proj.name);
  const after = await training(app, proj.name);
  await Promise.all([before, foreign, after].map(async ({ id }) => (await running(app, id)).complete()));
  await becomes(subscription, { recordId: before.id, type: "TRAINING" });

  const ended = new Set([
    (await becomes(subscription, { ended: true })).recordId,
    (await becomes(subscription, { ended: true })).recordId,
  ]);
  await subscription.return();

  expect(ended).toEqual(new Set([before.id, after.id]));
});

test("a project has the tasks of its builds, whose keys do not name it", async () => {
  await using app = await openTestApp();
  const proj = await app.seed.project({ dockerRepo: "nowhere/none" });
  const subscription = await app.subscribe(TASKS, { proj: proj.name });
  const { id } = await app.seed.mutate(
    "buildProject",
    "BuildProjectInput",
    { proj: proj.name, tag: "latest", from: "PRE_BUILT" },
    "id",
  );

  expect(await becomes(subscription, { ended: true })).toMatchObject({
    recordId: id,
    type: "BUILD",
    task: { state: "FAILED" },
  });
});

test.each([
  [{}, "BAD_USER_INPUT"],
  [{ of: "train_00000000000000000000000000", proj: "x" }, "BAD_USER_INPUT"],
  [{ of: "train_00000000000000000000000000" }, "NOT_FOUND"],
  [{ of: "model_00000000000000000000000000" }, "NOT_FOUND"],
  [{ of: "nonsense" }, "NOT_FOUND"],
  [{ proj: "nonsense" }, "NOT_FOUND"],
])("of %j no task comes: %s", async (variables, code) => {
  await using app = await openTestApp();

  const [answer] = await (await app.subscribe(TASKS, variables)).take(2);

  expect(answer).toMatchObject({ errors: [{ extensions: { code } }] });
  expect(app.app.live).toMatchObject({ subscriptions: 0, events: { subscriberCount: 0 } });
});
