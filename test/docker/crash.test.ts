import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { describeWithDocker, dockerCommand, ensureBaseImage } from "./support/engine.js";
import { runsIn } from "./support/story-runs.js";
import { StoryServer } from "./support/story-server.js";
import { slowFiles, SlowStory } from "./support/story-slow.js";

// The first build may make the base image.
vi.setConfig({ testTimeout: 1_200_000 });

describeWithDocker("a server that was killed and started again", () => {
  let server: StoryServer;
  let slow: SlowStory;

  beforeAll(async () => {
    ensureBaseImage();
    server = await StoryServer.start({ project: "slow", files: slowFiles() });
    slow = new SlowStory(server);
    await slow.makeProject();
  }, 300_000);
  afterAll(() => server?.[Symbol.asyncDispose](), 120_000);

  test("builds what was being built", async () => {
    const id = await slow.beginBuild();
    await server.poll(
      () => slow.build(id),
      ({ log }) => log.text.includes("slowly"),
      900,
    );

    await server.kill9();
    await server.restart();

    const { task, bvers } = await slow.builtToEnd(id);
    expect(task).toEqual({ state: "FINISHED", attempt: 2, error: null });
    expect(bvers.dockerId).toMatch(/^sha256:/);
  });

  test("follows a training to its end that ran on meanwhile", async () => {
    const id = await slow.beginTraining("ran-on", "train.ipynb");
    await server.poll(
      () => slow.training(id),
      ({ log }) => runsIn(log.text).length > 0,
    );
    const containers = server.containers(id);

    await server.kill9();
    await server.restart();

    expect(server.containers(id)).toEqual(containers);
    const { task, log } = await slow.trainedToEnd(id);
    expect(task).toEqual({ state: "FINISHED", attempt: 1, error: null });
    const [run, ...others] = runsIn(log.text);
    expect([others, containers]).toEqual([[], [expect.stringMatching(`^${run!.container}`)]]);
    expect(run!.to! - run!.from).toBeGreaterThanOrEqual(15);
  });

  test("hears of a training that ended while nobody listened", async () => {
    const id = await slow.beginTraining("ended-alone", "quick.ipynb");
    await server.poll(
      () => slow.training(id),
      ({ log }) => runsIn(log.text).length > 0,
    );

    await server.kill9();
    await pause(8_000);
    await server.restart();

    const { task, log } = await slow.trainedToEnd(id);
    expect(task).toEqual({ state: "FINISHED", attempt: 1, error: null });
    expect(runsIn(log.text)).toMatchObject([{ to: expect.any(Number) }]);
  });

  test.each([0, 300, 800, 1_500, 2_500])("runs a training once that began %i ms before", async (ms) => {
    const id = await slow.beginTraining(`begun-${ms}`, "quick.ipynb");
    await pause(ms);

    await server.kill9();
    await server.restart();

    const { task, log } = await slow.trainedToEnd(id);
    expect(task).toMatchObject({ state: "FINISHED", error: null });
    expect(runsIn(log.text)).toMatchObject([{ to: expect.any(Number) }]);
  });

  test("repeats a training whose container was stopped meanwhile, and only then", async () => {
    const id = await slow.beginTraining("stopped", "quick.ipynb");
    await server.poll(
      () => slow.training(id),
      ({ log }) => runsIn(log.text).length > 0,
    );

    await server.kill9();
    dockerCommand("stop", ...server.containers(id));
    const stopped = Date.now() / 1000;
    await server.restart();

    const { task, log } = await slow.trainedToEnd(id);
    expect(task).toEqual({ state: "FINISHED", attempt: 2, error: null });
    const [lost, repeated, ...others] = runsIn(log.text);
    expect([lost!.to, repeated!.to, others]).toEqual([null, expect.any(Number), []]);
    expect(repeated!.from).toBeGreaterThan(stopped);
  });

  test("brings up the replicas that were being started", async () => {
    const id = await slow.beginDeployment("begun");
    await server.poll(
      async () => (await slow.serving(id)).containers.length,
      (count) => count > 0,
    );

    await server.kill9();
    await server.restart();

    await slow.whenFull("begun");
    const { tasks, containers } = await slow.serving(id);
    expect([tasks.length, containers.length]).toEqual([2, 2]);
  });

  test("serves from the replicas that were there", async () => {
    const id = await slow.beginDeployment("live");
    await slow.whenFull("live");
    const before = await slow.serving(id);

    await server.kill9();
    await server.restart();

    const served = () => server.predict("slow", "live", [1]).then((answer) => answer.status);
    await server.poll(served, (status) => status === 200, 30);
    await slow.whenFull("live");
    expect(await slow.serving(id)).toEqual(before);
    expect(before).toMatchObject({ containers: { length: 2 }, tasks: [{ attempt: 1 }, { attempt: 1 }] });
  });
});
