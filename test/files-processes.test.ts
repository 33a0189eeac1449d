import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { announced } from "./support/exchange.js";
import { openTestDatabase } from "./support/open-test-database.js";
import { startServerProcess } from "./support/server-process.js";
import { openTempFolder } from "./support/temp-folder.js";
import { NEEDS_S3, openTestBucket, S3_ENDPOINT } from "./support/test-bucket.js";

/** Servers on one MongoDB, each with a data folder of its own, as on several machines. The engine is away. */
async function openServers() {
  const folder = await openTempFolder();
  const database = await openTestDatabase();
  const uri = new URL(process.env["MONGODB_URI"]!);
  uri.pathname = `/${database.connection.name}`;
  const key = join(folder.path, "master.key");
  await writeFile(key, randomBytes(32), { mode: 0o400 });
  const shared = {
    MONGODB_URI: uri.href,
    ROCAS_KEY_FILE: key,
    ROCAS_RUNTIME: "docker",
    DOCKER_HOST: "unix:///nowhere.sock",
  };
  return {
    start: (name: string, environment = {}) =>
      startServerProcess({ ...shared, ROCAS_DATA: join(folder.path, name), ...environment }),
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const CONTENT = randomBytes(9_000_000);
const MODEL = `mutation { createModel(input: { name: "m" }) { id } }`;
const CREATE = `mutation ($files: [ManifestFileInput!]) {
  createDataset(input: { model: "m", name: "d", files: $files }) { uploads { url } }
}`;
const READ = `{ dataset(model: "m", name: "d") { state download(name: "a.bin") } }`;

describe.skipIf(!process.env["MONGODB_URI"])("servers on one MongoDB (skipped without MONGODB_URI)", () => {
  test.skipIf(!S3_ENDPOINT)(`share the files of a bucket ${NEEDS_S3}`, { timeout: 120_000 }, async () => {
    await using bucket = await openTestBucket("rocas/");
    await using servers = await openServers();
    await using one = await servers.start("one", bucket.settings);
    await using two = await servers.start("two", bucket.settings);
    await one.execute(MODEL);
    const { createDataset } = await one.execute(CREATE, { files: [announced("a.bin", CONTENT)] });

    await fetch(one.url + createDataset.uploads[0].url, { method: "PUT", body: new Uint8Array(CONTENT) });
    const { dataset } = await two.execute(READ);
    const answer = await fetch(two.url + dataset.download);

    expect(dataset.state).toBe("READY");
    expect(Buffer.from(await answer.arrayBuffer()).equals(CONTENT)).toBe(true);
    expect(two.stdout).not.toContain("Another server");
  });

  test("are told at the start that they need one folder, if the files are in one", { timeout: 120_000 }, async () => {
    await using servers = await openServers();
    await using one = await servers.start("one");
    await using two = await servers.start("one", { LOG_LEVEL: "warn" });

    expect(one.stdout).not.toContain("Another server");
    expect(two.stdout).toContain("Another server of this store runs. Both keep files in ");
    expect(two.stderr).toContain('"event":"files_in_folder"');
  });
});
