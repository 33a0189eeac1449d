import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { BASE_IMAGE, ensureBaseImage } from "../../src/onboard/base-image.js";
import { DockerImageBuilder } from "../../src/runtime/docker/docker-image-builder.js";
import { openProjectImage } from "../onboard/project-image.js";
import { describeWithDocker, docker, dockerCommand } from "./support/engine.js";

const TESTS = "test/onboard/python";

async function pythonTests(): Promise<Record<string, string>> {
  const names = (await readdir(TESTS)).filter((name) => name.endsWith(".py"));
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(TESTS, name), "utf8")] as const)),
  );
}

describeWithDocker("the base image", () => {
  let image: Awaited<ReturnType<typeof openProjectImage>>;

  beforeAll(async () => {
    image = await openProjectImage(await pythonTests());
  }, 600_000);
  afterAll(() => image[Symbol.dispose]());

  test("passes the tests of its package, none skipped", () => {
    const user = ["--user", "10000:10000", "--network", "none", "--entrypoint", "sh"];
    const words = "python3 -m unittest discover -s /project 2>&1";

    expect(dockerCommand("run", "--rm", ...user, image.id, "-c", words)).toMatch(/\nOK$/);
  }, 120_000);

  test("is built again only where its content has changed", async () => {
    const builder = new DockerImageBuilder({ docker });
    const told: string[] = [];

    await ensureBaseImage(builder, (text) => told.push(text));

    expect(told).toEqual([]);
    expect((await builder.inspect(BASE_IMAGE))?.labels).toMatchObject({ "rocas.onboard": "1" });
  });
});
