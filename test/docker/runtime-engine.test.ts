import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { DockerImageBuilder } from "../../src/runtime/docker/docker-image-builder.js";
import { DockerRuntime } from "../../src/runtime/docker/docker-runtime.js";
import { DockerHostError, engineAddress } from "../../src/runtime/docker/engine-address.js";
import { openDocker } from "../../src/runtime/docker/open-docker.js";
import { newJob } from "../contracts/runtime.contract.js";
import { openTempFolder } from "../support/temp-folder.js";

/** Something that listens where an engine should. */
async function openImpostor(answer: RequestListener) {
  const folder = await openTempFolder();
  const requests: IncomingMessage[] = [];
  const socket = join(folder.path, "engine.sock");
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return {
    docker: openDocker(`unix://${socket}`),
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await folder[Symbol.asyncDispose]();
    },
  };
}

describe("where the engine is", () => {
  for (const [host, address] of [
    ["unix:///run/x.sock", { socketPath: "/run/x.sock" }],
    ["tcp://10.0.0.1:2375", { host: "10.0.0.1", port: "2375", protocol: "http" }],
    ["tcp://engine.example.org", { host: "engine.example.org", port: "2375", protocol: "http" }],
    ["tcp://engine.example.org:2376", { host: "engine.example.org", port: "2376", protocol: "https" }],
    ["10.0.0.1:2375", { host: "10.0.0.1", port: "2375", protocol: "http" }],
    ["npipe:////./pipe/docker_engine", { socketPath: "//./pipe/docker_engine" }],
  ] as const)
    test(`${host} is read as Docker's own clients do`, () => {
      expect(engineAddress(host)).toEqual(address);
    });

  test("certificates mean TLS, and its port where none is said", () => {
    const engine = { host: "engine.example.org", protocol: "https" };
    expect(engineAddress("tcp://engine.example.org", { DOCKER_TLS_VERIFY: "1" })).toEqual({ ...engine, port: "2376" });
    expect(engineAddress("tcp://engine.example.org:2375", { DOCKER_CERT_PATH: "/certificates" })).toEqual({
      ...engine,
      port: "2375",
    });
  });

  for (const host of ["ssh://me@host", "ftp://host", "tcp://"])
    test(`${host} is refused with a sentence`, () => {
      expect(() => openDocker(host)).toThrow(DockerHostError);
    });

  test("the usual socket is taken where nothing is said", () => {
    expect(engineAddress("").socketPath).toMatch(/docker/);
  });

  test("an engine that is not there is unavailable, for everything", async () => {
    const docker = openDocker("unix:///nowhere/docker.sock");
    const runtime = new DockerRuntime({ docker, cluster: "c" });
    const builder = new DockerImageBuilder({ docker });
    const unavailable = { code: "RUNTIME_UNAVAILABLE" };

    await expect(runtime.engine()).rejects.toMatchObject(unavailable);
    await expect(runtime.observe()).rejects.toMatchObject(unavailable);
    await expect(runtime.stop(`rocas-train-${newJob()}-a1`)).rejects.toMatchObject(unavailable);
    await expect(builder.inspect("debian:bookworm-slim")).rejects.toMatchObject(unavailable);
    await expect(builder.pull("debian:bookworm-slim", null, () => {})).rejects.toMatchObject(unavailable);
  });
});

describe("an engine that is not what it seems", () => {
  test("its redirects are not followed", async () => {
    const visits: string[] = [];
    const canary = createServer((request, response) => {
      visits.push(request.url!);
      response.end("{}");
    });
    await new Promise<void>((resolve) => canary.listen(0, "127.0.0.1", resolve));
    const location = `http://127.0.0.1:${(canary.address() as AddressInfo).port}/`;
    await using impostor = await openImpostor((_, response) => response.writeHead(302, { location }).end());

    await expect(new DockerRuntime({ ...impostor, cluster: "c" }).engine()).rejects.toThrow();

    expect(visits).toEqual([]);
    canary.close();
  });

  test("a host that cannot be resolved does not end the process", async () => {
    const location = "http://no-such-host.invalid/";
    await using impostor = await openImpostor((_, response) => response.writeHead(301, { location }).end());

    await expect(new DockerRuntime({ ...impostor, cluster: "c" }).observe()).rejects.toThrow();
  });

  test("an answer that breaks off is unavailable", async () => {
    await using impostor = await openImpostor((_, response) => {
      response.writeHead(200, { "content-length": "1000" }).write("{");
      setTimeout(() => response.destroy(), 50);
    });

    await expect(new DockerRuntime({ ...impostor, cluster: "c" }).engine()).rejects.toMatchObject({
      code: "RUNTIME_UNAVAILABLE",
    });
  });

  test("names that look like paths stay names", async () => {
    await using impostor = await openImpostor((_, response) => response.writeHead(404).end("{}"));

    await impostor.docker.container("../version?x=/#a%2f");
    await impostor.docker.image("../../_ping");

    expect(impostor.requests.map(({ url }) => url)).toEqual([
      "/containers/..%2Fversion%3Fx%3D%2F%23a%252f/json",
      "/images/..%2F..%2F_ping/json",
    ]);
  });

  for (const status of [408, 429, 500, 502, 503, 504, 599])
    test(`${status} is an engine that is away, whatever is asked and however it says so`, async () => {
      for (const body of ['{"message":"busy"}', "<html>Bad gateway</html>", "", " "]) {
        await using impostor = await openImpostor((_, response) => response.writeHead(status).end(body));
        const runtime = new DockerRuntime({ ...impostor, cluster: "c" });
        const name = `rocas-train-${newJob()}-a1`;

        for (const asked of [runtime.engine(), runtime.observe(), runtime.stop(name), runtime.lastOutput(name)])
          await expect(asked).rejects.toMatchObject({ code: "RUNTIME_UNAVAILABLE" });
      }
    });

  for (const status of [400, 403, 409, 418])
    test(`${status} is a refusal with its reason, in whichever form`, async () => {
      for (const [body, reason] of [
        ['{"message":"no"}', "no"],
        ["page not found\n", "page not found"],
        ["", "it gave no reason"],
        ["<html>No</html>", "it gave no reason"],
      ]) {
        await using impostor = await openImpostor((_, response) => response.writeHead(status).end(body));

        await expect(impostor.docker.version()).rejects.toMatchObject({ status, message: reason });
      }
    });

  test("success without a word is success, and no list", async () => {
    for (const body of ["", " ", "\n\n"]) {
      await using impostor = await openImpostor((_, response) => response.writeHead(200).end(body));

      await impostor.docker.startContainer("c");
      await impostor.docker.tagImage("a", "b", "c");
      await impostor.docker.removeVolume("v");
      // Nothing says that the containers are gone.
      const observing = new DockerRuntime({ ...impostor, cluster: "c" }).observe();
      await expect(observing).rejects.toMatchObject({ code: "RUNTIME_UNAVAILABLE" });
    }
  });

  test("an answer that is no JSON is no engine, and not one that is away", async () => {
    await using impostor = await openImpostor((_, response) => response.writeHead(200).end("Welcome to nginx!"));

    await expect(impostor.docker.version()).rejects.toThrow("does not speak its language");
    await impostor.docker.startContainer("c");
  });

  test("an image is never removed by force", async () => {
    await using impostor = await openImpostor((_, response) => response.writeHead(409).end('{"message":"used"}'));

    const untagged = new DockerImageBuilder({ ...impostor }).untag("rocas/p:1");

    await expect(untagged).rejects.toMatchObject({ code: "IN_USE" });
    expect(impostor.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      "DELETE /images/rocas%2Fp%3A1?force=0",
    ]);
  });

  test("a measurement that is refused is asked for again after a pause, whoever wants it", async () => {
    await using impostor = await openImpostor((_, response) =>
      response.writeHead(500).end('{"message":"a disk usage operation is already running"}'),
    );
    const runtime = new DockerRuntime({ ...impostor, cluster: "c" });

    for (const job of [newJob(), newJob(), newJob()])
      await expect(runtime.scratchMb(`rocas-train-${job}-a1`, 0)).rejects.toMatchObject({
        code: "RUNTIME_UNAVAILABLE",
      });

    expect(impostor.requests).toHaveLength(1);
  });
});
