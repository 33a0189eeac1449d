import { execFile } from "node:child_process";
import { truncate } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { openConnection } from "../src/open-connection.js";
import { openTempFolder } from "./support/temp-folder.js";

/** A store of some documents, closed. */
async function written() {
  const folder = await openTempFolder();
  await using store = await openConnection({ dataFolder: folder.path });
  await store.connection.db!.collection("things").insertMany([{ name: "one" }, { name: "two" }]);
  return folder;
}

/** What `npm run store:check` runs, after its compilation. */
async function check(env: Record<string, string>): Promise<{ code: number; told: string }> {
  return promisify(execFile)(process.execPath, ["dist/check-store.js"], { env: { ...process.env, ...env } }).then(
    ({ stdout }) => ({ code: 0, told: stdout }),
    (error: { code: number; stderr: string }) => ({ code: error.code, told: error.stderr }),
  );
}

test("the check reads the store of ROCAS_DATA", async () => {
  await using folder = await written();

  const { code, told } = await check({ ROCAS_DATA: folder.path });

  expect([code, told]).toEqual([0, expect.stringContaining("is whole: 2 documents in 1 collections")]);
});

test("the check ends with 1 and says what is wrong if the store is damaged", async () => {
  await using folder = await written();
  await truncate(join(folder.path, "store", "data.mdb"), 8192);

  const { code, told } = await check({ ROCAS_DATA: folder.path });

  expect([code, told]).toEqual([1, expect.stringContaining("data.mdb is cut off")]);
});

test("the check ends with 2 if a server uses the store", async () => {
  await using folder = await written();
  await using store = await openConnection({ dataFolder: folder.path });
  void store;

  const { code, told } = await check({ ROCAS_DATA: folder.path });

  expect([code, told]).toEqual([2, expect.stringContaining("in use by another server")]);
});

test("a setting that is none is reported before the check", async () => {
  const { code, told } = await check({ PORT: "many" });

  expect([code, told]).toEqual([1, expect.stringContaining("PORT")]);
});
