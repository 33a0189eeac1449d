import { type AddressInfo, createServer, type Server } from "node:net";
import { expect, test } from "vitest";
import { runAddress, runUrl } from "../src/attempt/run-address.js";
import { RunListenerDemand } from "../src/attempt/run-listener-demand.js";
import { startRunApi } from "../src/run-api/start-run-api.js";
import { playedTraining } from "./support/played-training.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";

const withSettings = ({ app }: TestApp, changed: object) => ({ ...app, settings: { ...app.settings, ...changed } });

/** As if a container had been started. */
function needed<T extends TestApp["app"]>(app: T): T {
  const runListenerDemand = new RunListenerDemand();
  runListenerDemand.raise();
  return { ...app, runListenerDemand };
}

const occupied = (): Promise<Server> =>
  new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => resolve(server));
  });
const isSettled = (promise: Promise<void>, ms: number) =>
  Promise.race([promise.then(() => true), new Promise((resolve) => setTimeout(() => resolve(false), ms))]);

test("the port of the run listener is chosen once and kept", async () => {
  await using app = await openTestApp();
  const [one, other] = await Promise.all([runAddress(app.app), runAddress(app.app)]);
  expect(other).toEqual(one);
  expect(await app.app.store.installation.findOne({ _id: "run_port" })).toMatchObject({ value: one.port });
  expect(await runUrl(app.app)).toBe(`http://127.0.0.1:${one.port}`);
});

test("a port that is taken is tried again until it is free", async () => {
  await using app = await openTestApp();
  const other = await occupied();
  const { port } = other.address() as AddressInfo;
  await using api = startRunApi(needed(withSettings(app, { ROCAS_RUN_PORT: port })));

  expect(await isSettled(api.listening, 500)).toBe(false);
  await new Promise((resolve) => other.close(resolve));
  expect(await isSettled(api.listening, 5_000)).toBe(true);

  expect((await fetch(`http://127.0.0.1:${port}/claim`, { method: "POST" })).status).toBe(401);
});

test("without an engine the listener waits for one", async () => {
  await using app = await openTestApp();
  const other = await occupied();
  const { port } = other.address() as AddressInfo;
  await new Promise((resolve) => other.close(resolve));
  app.runtime.down = true;
  await using api = startRunApi(needed(withSettings(app, { ROCAS_RUN_HOST: "", ROCAS_RUN_PORT: port })));

  expect(await isSettled(api.listening, 500)).toBe(false);
  app.runtime.down = false;
  expect(await isSettled(api.listening, 5_000)).toBe(true);
});

test("containers get another address where the operator names one", async () => {
  await using app = await openTestApp({ ROCAS_RUN_URL: "http://host.docker.internal:9000/" });
  expect(await runUrl(app.app)).toBe("http://host.docker.internal:9000");
});

test("a listener that no container needs asks the engine for nothing, and closes", async () => {
  await using app = await openTestApp();
  const asked: string[] = [];
  const runtime = { runApiHost: async () => asked.push("host") } as never;
  const api = startRunApi({
    ...withSettings(app, { ROCAS_RUN_HOST: "" }),
    runtime,
    runListenerDemand: new RunListenerDemand(),
  });

  expect(await isSettled(api.listening, 1_500)).toBe(false);
  await api[Symbol.asyncDispose]();

  expect(asked).toEqual([]);
});

test("a training whose container cannot reach the listener says which setting helps", { timeout: 30_000 }, async () => {
  // An address for documentation: no machine has it.
  await using app = await openTestApp({ ROCAS_RUN_HOST: "192.0.2.1" });
  const { training } = await playedTraining(app);
  const read = `query Read($id: ID!) { node(id: $id) { ... on Training { task { state reason } } } }`;
  const task = async () => (await app.execute(read, { id: training.id })).data.node.task;

  await expect
    .poll(task, { timeout: 20_000 })
    .toEqual({ state: "WAITING", reason: expect.stringContaining("Set ROCAS_RUN_HOST") as string });
});
