import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { beforeAll, expect, test } from "vitest";
import { DockerImageBuilder } from "../../src/runtime/docker/docker-image-builder.js";
import { ImageBuildError } from "../../src/runtime/image-builder.js";
import { BASE_IMAGE, describeWithDocker, dockerCommand, ensureBaseImage } from "./support/engine.js";
import { openFaultyEngine } from "./support/faulty-engine.js";

const AWAY = { code: "RUNTIME_UNAVAILABLE" };
const silent = () => {};

/** Answers everything with one status, as a registry does. */
async function openRefusing(status: number) {
  const server = createServer((_, response) =>
    response.writeHead(status, { "content-type": "application/json" }).end(`{"errors":[{"code":"UNKNOWN"}]}`),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describeWithDocker("whose trouble a pull or a push has met", () => {
  beforeAll(ensureBaseImage, 180_000);

  for (const status of [401, 404, 429, 500])
    test(`a registry that answers ${status} fails it with its words`, { timeout: 60_000 }, async () => {
      await using registry = await openRefusing(status);
      await using engine = await openFaultyEngine();
      const builder = new DockerImageBuilder({ docker: engine.docker });
      const image = `${registry.address}/team/iris:v1`;

      await expect(builder.pull(image, null, silent)).rejects.toThrow(ImageBuildError);
      dockerCommand("tag", BASE_IMAGE, image);
      await expect(builder.push(image, null, silent)).rejects.toThrow(`${image} was not pushed`);
      dockerCommand("rmi", image);
    });

  test("a registry that is not there fails it with the engine's words for it", async () => {
    await using engine = await openFaultyEngine();
    const builder = new DockerImageBuilder({ docker: engine.docker });

    const pulling = builder.pull("registry.invalid:5000/team/iris:v1", null, silent);

    await expect(pulling).rejects.toThrow(ImageBuildError);
    await expect(pulling).rejects.toThrow("registry.invalid:5000");
  });

  for (const status of [408, 429, 500, 502, 503, 504])
    for (const body of ['{"message":"database is locked"}', "<html>Bad gateway</html>", ""])
      test(`an engine that answers ${status} with ${JSON.stringify(body)} itself is waited out`, async () => {
        await using engine = await openFaultyEngine();
        const builder = new DockerImageBuilder({ docker: engine.docker });
        engine.fault = (request) => (/images\/(?:create|.*\/push)/.test(request) ? { status, body } : null);

        await expect(builder.pull("127.0.0.1:2/team/iris:v1", null, silent)).rejects.toMatchObject(AWAY);
        await expect(builder.push("127.0.0.1:2/team/iris:v1", null, silent)).rejects.toMatchObject(AWAY);
      });

  test("a hiccup of the engine that is over at the next call is no refusal", async () => {
    await using engine = await openFaultyEngine();
    const builder = new DockerImageBuilder({ docker: engine.docker });
    const image = "127.0.0.1:2/team/iris:v1";
    let hiccups = 0;
    engine.fault = (request) =>
      request.includes("images/create") && hiccups++ === 0 ? { status: 500, body: '{"message":"try later"}' } : null;

    const pulling = builder.pull(image, null, silent);

    await expect(pulling).rejects.toThrow(ImageBuildError);
    await expect(pulling).rejects.not.toThrow("try later");
    await expect(pulling).rejects.toThrow("127.0.0.1:2");
  });
});
