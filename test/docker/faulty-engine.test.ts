import { expect, test } from "vitest";
import { DomainError } from "../../src/errors.js";
import { DockerImageBuilder } from "../../src/runtime/docker/docker-image-builder.js";
import { DockerRuntime } from "../../src/runtime/docker/docker-runtime.js";
import { containerOf } from "../contracts/runtime.contract.js";
import {
  BASE_IMAGE,
  buildTestImage,
  describeWithDocker,
  dockerCommand,
  openCluster,
  useTestImage,
} from "./support/engine.js";
import { openFaultyEngine } from "./support/faulty-engine.js";

const AWAY = { code: "RUNTIME_UNAVAILABLE" };

describeWithDocker("an engine that answers badly", () => {
  const image = useTestImage("exec sleep 600");

  /** A cluster behind the proxy, and the same one as it is. */
  async function openFaulty() {
    const engine = await openFaultyEngine();
    const cluster = openCluster();
    const runtime = new DockerRuntime({ docker: engine.docker, cluster: cluster.cluster });
    return {
      engine,
      cluster,
      runtime,
      volumes: () => dockerCommand("volume", "ls", "-q", "--filter", `label=rocas.cluster=${cluster.cluster}`),
      async [Symbol.asyncDispose]() {
        await cluster[Symbol.asyncDispose]();
        await engine[Symbol.asyncDispose]();
      },
    };
  }

  for (const status of [408, 429, 500, 502, 503, 504, 599])
    for (const body of ['{"message":"try later"}', "<html>Bad gateway</html>", ""])
      test(`${status} with ${JSON.stringify(body)} is an engine that is away, for every call`, async () => {
        await using faulty = await openFaulty();
        const builder = new DockerImageBuilder({ docker: faulty.engine.docker });
        faulty.engine.fault = () => ({ status, body, type: "text/html" });

        await expect(faulty.runtime.engine()).rejects.toMatchObject(AWAY);
        await expect(faulty.runtime.observe()).rejects.toMatchObject(AWAY);
        await expect(faulty.runtime.run(containerOf(image.id))).rejects.toMatchObject(AWAY);
        await expect(faulty.runtime.stop(containerOf(image.id).name)).rejects.toMatchObject(AWAY);
        await expect(builder.untag(image.tag)).rejects.toMatchObject(AWAY);
      });

  test("each step of a start is made good after an outage in it", { timeout: 60_000 }, async () => {
    await using faulty = await openFaulty();
    const container = containerOf(image.id);
    for (const step of ["networks/create", "volumes/create", "containers/create", "/archive", "/start"]) {
      faulty.engine.fault = (request) => (request.includes(step) ? { status: 500 } : null);
      await expect(faulty.runtime.run(container)).rejects.toMatchObject(AWAY);
      faulty.engine.fault = (request) => (request.includes(step) ? "LOSE" : null);
      await expect(faulty.runtime.run(container)).rejects.toMatchObject(AWAY);
    }
    faulty.engine.fault = () => null;

    await faulty.runtime.run(container);

    expect(await faulty.runtime.observe(container.job)).toMatchObject([{ state: "RUNNING" }]);
  });

  for (const blank of ["", " \n", "\r\n"])
    test(`${JSON.stringify(blank)} in place of an answer to what was done is a success`, async () => {
      await using faulty = await openFaulty();
      const container = containerOf(image.id);
      faulty.engine.fault = (request) => (request.startsWith("GET") ? null : { instead: blank });

      await faulty.runtime.run(container);
      const seen = await faulty.runtime.observe(container.job);
      await faulty.runtime.stop(container.name);

      expect(seen).toMatchObject([{ state: "RUNNING" }]);
      expect(faulty.volumes()).toBe("");
    });

  test("an answer that is cut, and one that does not come, is an engine that is away", async () => {
    await using faulty = await openFaulty();

    for (const fault of ["CUT", "LOSE"] as const) {
      faulty.engine.fault = () => fault;
      await expect(faulty.runtime.observe()).rejects.toMatchObject(AWAY);
    }
  });

  test("an answer that is no JSON is no engine that is away, and says so", async () => {
    await using faulty = await openFaulty();
    faulty.engine.fault = () => ({ status: 200, body: "<html>Welcome</html>", type: "text/html" });

    const observing = faulty.runtime.observe();

    await expect(observing).rejects.not.toBeInstanceOf(DomainError);
    await expect(observing).rejects.toThrow("does not speak its language");
  });

  for (const blank of ["", "\r\n", "{}", '""'])
    test(`${JSON.stringify(blank)} in place of a list, or of what was asked for, is waited out`, async () => {
      await using faulty = await openFaulty();
      const container = containerOf(image.id);
      await faulty.runtime.run(container);
      faulty.engine.fault = (request) => (request.startsWith("GET") ? { instead: blank } : null);

      await expect(faulty.runtime.observe()).rejects.toMatchObject(AWAY);
      await expect(faulty.runtime.attemptsWithVolumes()).rejects.toMatchObject(AWAY);
      await expect(faulty.runtime.runApiHost()).rejects.toMatchObject(AWAY);
      await expect(faulty.runtime.removeNetwork()).rejects.toMatchObject(AWAY);
      faulty.engine.fault = () => null;

      expect(await faulty.runtime.observe(container.job)).toMatchObject([{ state: "RUNNING" }]);
    });

  test("an empty list that is written as null is an empty list", async () => {
    await using faulty = await openFaulty();
    faulty.engine.fault = () => ({ status: 200, body: "null\n" });

    expect(await faulty.runtime.observe()).toEqual([]);
    expect(await faulty.runtime.attemptsWithVolumes()).toEqual([]);
  });

  test("a removal whose answer is lost leaves volumes that are found, and go with the next", async () => {
    await using faulty = await openFaulty();
    const container = containerOf(image.id, { attempt: 7 });
    await faulty.runtime.run(container);
    faulty.engine.fault = (request) => (request.startsWith("DELETE /containers/") ? "LOSE" : null);

    await expect(faulty.runtime.stop(container.name)).rejects.toMatchObject(AWAY);
    const left = await faulty.runtime.attemptsWithVolumes();
    await faulty.runtime.stop(container.name);

    expect(left).toEqual([{ name: container.name, job: container.job, slot: 0, attempt: 7 }]);
    expect([faulty.volumes(), await faulty.runtime.attemptsWithVolumes()]).toEqual(["", []]);
  });

  test("304 and 409 on the way to the end of a container are no errors", async () => {
    await using faulty = await openFaulty();
    const container = containerOf(image.id);
    await faulty.runtime.run(container);
    const faults = [{ status: 304 }, { status: 409, body: '{"message":"removal in progress"}' }];
    faulty.engine.fault = (request) => (/\/stop|DELETE/.test(request) ? (faults.shift() ?? null) : null);

    await faulty.runtime.stop(container.name);

    expect([await faulty.runtime.observe(container.job), faulty.volumes()]).toEqual([[], ""]);
  });

  test("the tag of an image that a container uses is never forced off", async () => {
    await using engine = await openFaultyEngine();
    const builder = new DockerImageBuilder({ docker: engine.docker });
    const { tag } = await buildTestImage(`FROM ${BASE_IMAGE}\nLABEL n=${Math.random()}\n`);
    const container = dockerCommand("create", tag, "true");

    await expect(builder.untag(tag)).rejects.toMatchObject({ code: "IN_USE" });
    dockerCommand("start", container);
    dockerCommand("rm", container);
    await builder.untag(tag);

    expect(engine.requests.filter((each) => each.includes("force=1"))).toEqual([]);
    expect(dockerCommand("images", "-q", tag)).toBe("");
  });

  test("the network goes once nothing is in it, and comes again", async () => {
    await using faulty = await openFaulty();
    const container = containerOf(image.id);
    const networks = () => dockerCommand("network", "ls", "-q", "--filter", `name=rocas-${faulty.cluster.cluster}`);
    await faulty.runtime.run(container);

    await faulty.runtime.removeNetwork();
    const used = networks();
    await faulty.runtime.stop(container.name);
    await faulty.runtime.removeNetwork();

    expect(used).not.toBe("");
    expect(networks()).toBe("");
    await faulty.runtime.run(container);
    expect(await faulty.runtime.observe(container.job)).toMatchObject([{ state: "RUNNING" }]);
  });
});
