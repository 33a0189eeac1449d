import { expect, test } from "vitest";
import { DockerRuntime } from "../../src/runtime/docker/docker-runtime.js";
import { ContainerRefusedError } from "../../src/runtime/runtime.js";
import { containerOf } from "../contracts/runtime.contract.js";
import { describeWithDocker, dockerCommand, openCluster, useTestImage } from "./support/engine.js";
import { openFaultyEngine } from "./support/faulty-engine.js";

const PODMAN = { Version: "4.3.1", Os: "linux", Arch: "amd64", Components: [{ Name: "Podman Engine" }] };
const NOT_FOUND =
  "crun: executable file `/program` not found: OCI runtime attempted to invoke a command that was not found";

describeWithDocker("an engine that speaks as Podman does", () => {
  const image = useTestImage("ulimit -n; exec sleep 600");

  async function openPodman() {
    const [cluster, engine] = [openCluster(), await openFaultyEngine()];
    const asPodman = (request: string) => (request === "GET /version" ? { instead: JSON.stringify(PODMAN) } : null);
    engine.fault = asPodman;
    return {
      engine,
      asPodman,
      runtime: new DockerRuntime({ docker: engine.docker, cluster: cluster.cluster }),
      async [Symbol.asyncDispose]() {
        await cluster[Symbol.asyncDispose]();
        await engine[Symbol.asyncDispose]();
      },
    };
  }

  test("it is called Podman", async () => {
    await using podman = await openPodman();

    expect(await podman.runtime.engine()).toBe("Podman 4.3.1");
  });

  test("its containers get limits that it may set, and bounded folders under their read-only root", async () => {
    await using podman = await openPodman();
    const container = containerOf(image.id);

    await podman.runtime.run(container);

    await expect.poll(() => podman.runtime.lastOutput(container.name), { timeout: 10_000 }).toBe("4096\n");
    const made = JSON.parse(dockerCommand("inspect", container.name)) as [{ HostConfig: { Tmpfs: object } }];
    expect(Object.keys(made[0].HostConfig.Tmpfs).sort()).toEqual(["/run", "/tmp", "/var/tmp"]);
  });

  test("a program that is missing is a refusal, though its status says that the engine is in trouble", async () => {
    await using podman = await openPodman();
    const body = JSON.stringify({ message: NOT_FOUND });
    podman.engine.fault = (request) => (request.includes("/start") ? { status: 500, body } : podman.asPodman(request));

    await expect(podman.runtime.run(containerOf(image.id))).rejects.toThrow(ContainerRefusedError);
  });
});
