import { expect, test } from "vitest";
import { buildAgain, builtProject, imageId } from "./support/built-project.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";
import { PlayedContainer } from "./support/played-container.js";

const READ = /* GraphQL */ `
  query Read($id: ID!) {
    node(id: $id) {
      ... on Training {
        task {
          state
        }
        waiting {
          place
          reason
          message
          since
        }
      }
    }
  }
`;
const SOON = { timeout: 15_000 };

const start = async (app: TestApp, proj: string): Promise<{ id: string; name: string }> =>
  app.seed.mutate("startTraining", "StartTrainingInput", { proj, notebook: "train.ipynb" });

async function startMany(app: TestApp, proj: string, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let started = 0; started < count; started += 1) ids.push((await start(app, proj)).id);
  await app.settled();
  return ids;
}

const read = async (app: TestApp, id: string) => (await app.execute(READ, { id })).data.node;
const place = async (app: TestApp, id: string) => (await read(app, id)).waiting?.place;
const replicas = (app: TestApp, ids: readonly string[]) => ids.map((id) => app.runtime.replicas(id));

/** Plays the training that runs to its end. */
async function end(app: TestApp, id: string): Promise<void> {
  const container = PlayedContainer.of(app.runtime.running(id)[0]!);
  await container.claim();
  await container.complete();
}

test("a project that floods the queue does not hold up the training of another one", async () => {
  await using app = await openTestApp({ ROCAS_MAX_TRAININGS: "1" });
  const [flood, other] = [await builtProject(app), await builtProject(app)];
  const flooding = await startMany(app, flood.proj.name, 5);
  const [late] = await startMany(app, other.proj.name, 1);
  expect(replicas(app, [...flooding, late!])).toEqual([1, 0, 0, 0, 0, 0]);
  expect([await place(app, late!), await place(app, flooding[1]!)]).toEqual([1, 2]);

  await end(app, flooding[0]!);

  await expect.poll(() => app.runtime.replicas(late!), SOON).toBe(1);
  expect(replicas(app, flooding.slice(1))).toEqual([0, 0, 0, 0]);
  await end(app, late!);
  await expect.poll(() => app.runtime.replicas(flooding[1]!), SOON).toBe(1);
});

test("a waiting training says its place, and that the cap keeps it waiting", async () => {
  await using app = await openTestApp({ ROCAS_MAX_TRAININGS: "1" });
  const { proj } = await builtProject(app);
  const [, second, third] = await startMany(app, proj.name, 3);

  const { task, waiting } = await read(app, third!);

  expect(task.state).toBe("WAITING");
  expect(waiting).toMatchObject({ place: 2, reason: "CAP", since: expect.any(String) });
  expect(waiting.message).toContain("ROCAS_MAX_TRAININGS");
  expect(await place(app, second!)).toBe(1);
});

test("the cap of one project holds up its own trainings alone", async () => {
  await using app = await openTestApp({ ROCAS_PROJECT_TRAININGS: "5,narrow=1" });
  const { proj: wide } = await builtProject(app);
  await buildAgain(app.app, await app.seed.project({ name: "narrow" }), imageId("1"));
  const held = await startMany(app, "narrow", 2);
  const free = await startMany(app, wide.name, 2);

  expect(replicas(app, [...held, ...free])).toEqual([1, 0, 1, 1]);
  expect((await read(app, held[1]!)).waiting).toMatchObject({ reason: "PROJECT_CAP" });
});

test("a training that waits for the engine says since when, and what the engine lacks", async () => {
  await using app = await openTestApp();
  const { proj } = await builtProject(app);
  app.runtime.meanwhile = () => {
    setTimeout(() => (app.runtime.down = true));
    return Promise.resolve();
  };
  const { id } = await start(app, proj.name);
  app.runtime.down = true;

  await expect.poll(async () => (await read(app, id)).waiting?.reason, SOON).toBe("ENGINE");
  expect((await read(app, id)).waiting).toMatchObject({ message: "No container engine answers." });
});

test("a waiting training is cancelled at once, and the next one takes its place", async () => {
  await using app = await openTestApp({ ROCAS_MAX_TRAININGS: "1" });
  const { proj } = await builtProject(app);
  const first = await start(app, proj.name);
  const second = await start(app, proj.name);
  const third = await start(app, proj.name);
  await app.settled();

  await app.seed.mutate("cancelTraining", "CancelTrainingInput", { proj: proj.name, name: second.name });

  await expect.poll(async () => (await read(app, second.id)).task.state, SOON).toBe("CANCELLED");
  expect(await place(app, third.id)).toBe(1);
  await app.seed.mutate("cancelTraining", "CancelTrainingInput", { proj: proj.name, name: first.name });
  await expect.poll(() => app.runtime.replicas(third.id), SOON).toBe(1);
});

test("two servers together keep to the cap", async () => {
  await using app = await openTestApp({ ROCAS_MAX_TRAININGS: "3" });
  await using beside = await app.beside();
  const { proj } = await builtProject(app);

  const started = await Promise.all(
    Array.from({ length: 12 }, (_, at) => start(at % 2 === 0 ? app : beside, proj.name)),
  );
  await Promise.all([app.settled(), beside.settled()]);

  const ids = started.map(({ id }) => id);
  expect(replicas(app, ids).filter((count) => count === 1)).toHaveLength(3);
  expect(await app.app.store.jobs.distinct("seat")).toEqual(["TRAIN.0", "TRAIN.1", "TRAIN.2"]);
});
