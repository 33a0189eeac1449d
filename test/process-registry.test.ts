import { mkdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type ServerProcess, startServerProcess } from "./support/server-process.js";
import { openTempFolder, type TempFolder } from "./support/temp-folder.js";

const start = (folder: TempFolder, settings: Readonly<Record<string, string>> = {}) =>
  startServerProcess({
    MONGODB_URI: "",
    ROCAS_DATA: join(folder.path, "data"),
    DOCKER_HOST: `unix://${folder.path}/none.sock`,
    ROCAS_TOKEN: "none",
    ...settings,
  });

async function ask({ url }: ServerProcess, query: string) {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${url}/graphql`, { method: "POST", headers, body: JSON.stringify({ query }) });
  return (await answer.json()) as { data: Record<string, unknown> | null; errors?: unknown[] };
}

const BUILDS = "{ storage { bytes builds { images imageBytes environments environmentBytes } } }";

test("without an engine a build of a finished image is refused before anything is recorded", async () => {
  await using folder = await openTempFolder();
  await using server = await start(folder);
  await ask(
    server,
    `mutation { createProject(input: { name: "iris", dockerRepo: "registry.example.org/iris" }) { id } }`,
  );

  const { errors } = await ask(server, `mutation { buildProject(input: { proj: "iris", from: PRE_BUILT }) { id } }`);

  expect(errors).toMatchObject([
    {
      message: expect.stringMatching(/local processes.*LOCAL or GIT/) as string,
      extensions: { code: "FORBIDDEN", path: ["input", "from"] },
    },
  ]);
  expect((await ask(server, "{ builds { totalCount } }")).data).toEqual({ builds: { totalCount: 0 } });
});

test("a registry that is set is told to have no meaning if no engine answers", async () => {
  await using folder = await openTempFolder();
  await using server = await start(folder, { ROCAS_REGISTRY: "registry.example.org/team" });

  expect(server.stdout).toContain("Nothing is pushed to registry.example.org/team (ROCAS_REGISTRY)");
});

test("what builds left is counted in bytes, and what no image needs goes after the start", async () => {
  await using folder = await openTempFolder();
  const environment = join(folder.path, "data", "process", "environments", "a".repeat(64));
  await mkdir(environment, { recursive: true });
  await writeFile(join(environment, ".complete"), "x".repeat(5_000));
  await using first = await start(folder);
  const { storage } = (await ask(first, BUILDS)).data as { storage: { builds: { environmentBytes: number } } };
  expect(storage.builds).toMatchObject({ images: 0, imageBytes: 0, environments: 1 });
  expect(storage.builds.environmentBytes).toBeGreaterThanOrEqual(5_000);
  await first[Symbol.asyncDispose]();
  const yesterday = new Date(Date.now() - 25 * 60 * 60 * 1000);
  await utimes(join(environment, ".complete"), yesterday, yesterday);

  await using second = await start(folder);

  await expect.poll(() => ask(second, BUILDS)).toMatchObject({ data: { storage: { builds: { environments: 0 } } } });
});
