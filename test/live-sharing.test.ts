import { expect, test } from "vitest";
import { Live } from "../src/live/live.js";
import { RawSocket } from "./http/support/raw-socket.js";
import { builtProject } from "./support/built-project.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";
import { PlayedContainer } from "./support/played-container.js";
import { serveApp } from "./support/serve-app.js";
import { openWatch } from "./support/watched.js";

const WAIT = { timeout: 30_000 };
const RECORD = "{ recordId record { ... on Model { desc } } }";
const ALL = `subscription { recordChanged(types: [MODEL]) ${RECORD} }`;

/** Sockets that each have one of the subscriptions, over a server whose reads are watched. */
async function openSubscribers(app: TestApp, queries: readonly string[]) {
  const watch = await openWatch(app.app, app.schema);
  const live = new Live(watch.app.store, watch.app.logger);
  const server = await serveApp({ ...app, app: { ...watch.app, live } });
  const sockets = await Promise.all(queries.map(() => RawSocket.begin(`${server.url.replace("http", "ws")}/graphql`)));
  for (const [at, socket] of sockets.entries()) socket.subscribe("a", queries[at]!);
  await expect.poll(() => live.events.subscriberCount, WAIT).toBe(queries.length);
  return {
    /** Resolves when each socket has the next message. */
    next: () => Promise.all(sockets.map(async (each) => (await each.hears("next", "a")).payload.data.recordChanged)),
    heard: () => sockets.map((each) => each.of("next", "a").length),
    readsOf: (collection: string) => watch.commands().filter((each) => each === `find ${collection}`).length,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await live[Symbol.asyncDispose]();
      await watch[Symbol.asyncDispose]();
    },
  };
}

const describe = (app: TestApp, name: string, desc: string) =>
  app.seed.mutate("updateModel", "UpdateModelInput", { name, desc });

test("a record is read once for fifty subscribers that select the same of it", async () => {
  await using app = await openTestApp();
  const { name } = await app.seed.model();
  await using subscribers = await openSubscribers(app, new Array<string>(50).fill(ALL));
  await describe(app, name, "Flowers");

  const changes = await subscribers.next();

  expect(changes).toEqual(new Array(50).fill({ ...changes[0], record: { desc: "Flowers" } }));
  expect(subscribers.readsOf("models")).toBe(1);
});

test("subscribers with other filters get only what these let through", async () => {
  await using app = await openTestApp();
  const [one, other] = [await app.seed.model(), await app.seed.model()];
  const ofModel = ({ name }: { name: string }) =>
    `subscription { recordChanged(types: [MODEL], model: "${name}") ${RECORD} }`;
  await using subscribers = await openSubscribers(app, [ALL, ofModel(one), ofModel(other)]);
  await describe(app, other.name, "first");
  await describe(app, one.name, "second");

  await expect.poll(() => subscribers.heard(), WAIT).toEqual([2, 1, 1]);

  expect((await subscribers.next()).map(({ recordId }) => recordId)).toEqual([other.id, one.id, other.id]);
});

test("the next event reads the record anew", async () => {
  await using app = await openTestApp();
  const { name } = await app.seed.model();
  await using subscribers = await openSubscribers(app, [ALL, ALL]);
  await describe(app, name, "first");
  await describe(app, name, "second");

  await expect.poll(() => subscribers.heard(), WAIT).toEqual([2, 2]);

  expect(subscribers.readsOf("models")).toBe(2);
});

test("a change of a project is read once for all that follow the project", async () => {
  await using app = await openTestApp();
  const { name } = await app.seed.project();
  const ofProject = `subscription { recordChanged(types: [PROJECT], proj: "${name}") { recordId } }`;
  await using subscribers = await openSubscribers(app, new Array<string>(20).fill(ofProject));
  await expect.poll(() => subscribers.readsOf("projects"), WAIT).toBe(20);
  await app.seed.mutate("updateProject", "UpdateProjectInput", { name, desc: "Flowers" });

  await subscribers.next();

  expect(subscribers.readsOf("projects")).toBe(21);
});

test("a new piece of a log is read once for all that follow the log", async () => {
  await using app = await openTestApp();
  const { proj } = await builtProject(app);
  const input = { proj: proj.name, notebook: "train.ipynb" };
  const { id } = await app.seed.mutate("startTraining", "StartTrainingInput", input);
  await expect.poll(() => app.runtime.replicas(id), WAIT).toBe(1);
  const container = PlayedContainer.of(app.runtime.running(id)[0]!);
  await container.claim();
  const log = `subscription { log(of: "${id}") { text } }`;
  await using subscribers = await openSubscribers(app, new Array<string>(20).fill(log));
  await expect.poll(() => subscribers.heard(), WAIT).toEqual(new Array(20).fill(1));
  const before = subscribers.readsOf("logs");
  await container.log("Flowers");

  await expect.poll(() => subscribers.heard(), WAIT).toEqual(new Array(20).fill(2));

  // The training may have a change of its own meanwhile.
  expect(subscribers.readsOf("logs") - before).toBeLessThan(5);
});
