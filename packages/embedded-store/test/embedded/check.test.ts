import { execFile } from "node:child_process";
import { mkdir, readFile, truncate } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { Engine } from "../../src/engine/engine.js";
import { inSpace } from "../../src/engine/key-space.js";
import { openStore } from "../support/open-store.js";
import { openTempFolder } from "../support/temp-folder.js";

const PROGRAM = fileURLToPath(new URL("../../dist/check/check-command.js", import.meta.url));

/** A store of some documents under two indexes, closed. */
async function written() {
  const folder = await openTempFolder();
  await using store = await openStore(folder.path);
  const things = store.db.collection("things");
  await things.createIndex({ name: 1, tags: 1 });
  await things.insertMany(Array.from({ length: 500 }, (_, n) => ({ name: `thing ${n}`, tags: ["a", "b"] })));
  return folder;
}

async function check(data: string): Promise<{ code: number; told: string }> {
  return promisify(execFile)(process.execPath, [PROGRAM, data]).then(
    ({ stdout }) => ({ code: 0, told: stdout }),
    (error: { code: number; stderr: string }) => ({ code: error.code, told: error.stderr }),
  );
}

test("a store that is whole is reported as whole", async () => {
  await using folder = await written();

  const { code, told } = await check(folder.path);

  expect([code, told]).toEqual([0, expect.stringContaining("is whole: 500 documents in 1 collections")]);
});

test("an index that lost an entry is reported, though every read of a document goes well", async () => {
  await using folder = await written();
  const engine = Engine.open(join(folder.path, "store"), () => undefined);
  const everything = { lower: Buffer.from([0]), upper: Buffer.from([0xff]) };
  const { key } = [...engine.entries(everything, true, false)][0]!;
  await engine.write(() => engine.remove(key));
  await engine.close();

  const { code, told } = await check(folder.path);

  expect(code).toBe(1);
  expect(told).toMatch(/is not in the index|entries where \d+ belong/);
  expect(told).toContain("Restore the folder from a backup");
});

test("a file that is cut off is refused at the start and reported by the check, in a sentence", async () => {
  await using folder = await written();
  await truncate(join(folder.path, "store", "data.mdb"), 8192);

  const { code, told } = await check(folder.path);

  expect([code, told]).toEqual([1, expect.stringContaining("data.mdb is cut off")]);
  await expect(openStore(folder.path)).rejects.toThrow("data.mdb is cut off. Restore the folder");
});

test("a store that a server uses is not checked", async () => {
  await using folder = await written();
  await using store = await openStore(folder.path);
  void store;

  const { code, told } = await check(folder.path);

  expect([code, told]).toEqual([2, expect.stringContaining("in use by another server")]);
});

test("a folder without a store is reported", async () => {
  await using folder = await openTempFolder();

  expect(await check(folder.path)).toMatchObject({ code: 1, told: expect.stringContaining("There is no store in") });
});

test.each(["rocas-embedded-store 0", "rocas-embedded-store 2"])(
  "a store of another format, %s, is refused with both formats, and left as it is",
  async (format) => {
    await using folder = await written();
    const path = join(folder.path, "store");
    const engine = Engine.open(path, () => undefined);
    await engine.write(() => engine.put(inSpace(0, Buffer.from("f")), Buffer.from(format)));
    await engine.close();
    const before = await readFile(join(path, "data.mdb"));

    await expect(openStore(folder.path)).rejects.toThrow(
      `its format is "${format}", and this version reads "rocas-embedded-store 1": start the version that wrote it`,
    );
    expect(await readFile(join(path, "data.mdb"))).toEqual(before);
  },
);

test("a file of LMDB that is no store is refused", async () => {
  await using folder = await openTempFolder();
  await mkdir(join(folder.path, "store"));
  const engine = Engine.open(join(folder.path, "store"), () => undefined);
  await engine.write(() => engine.put(Buffer.from("key"), Buffer.from("value")));
  await engine.close();

  await expect(openStore(folder.path)).rejects.toThrow("it holds no embedded store");
});
