import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openKillableStore } from "../support/killable-store.js";
import { openStore } from "../support/open-store.js";
import { openTempFolder } from "../support/temp-folder.js";

test("a second server on the same folder is refused, until the first is gone", async () => {
  await using folder = await openTempFolder();
  const first = await openKillableStore(folder.path);
  await expect(openStore(folder.path)).rejects.toThrow(/in use by another server/);
  await first.kill();
  await using second = await openStore(folder.path);
  expect(await second.db.command({ ping: 1 })).toEqual({ ok: 1 });
});

test("what was written is there when the store is opened again", async () => {
  await using folder = await openTempFolder();
  {
    await using first = await openStore(folder.path);
    await first.db.collection<{ _id: string }>("things").insertOne({ _id: "a" });
  }
  await using again = await openStore(folder.path);
  expect(await again.db.collection("things").find().toArray()).toEqual([{ _id: "a" }]);
});

test("a folder that holds something else is refused and left alone", async () => {
  await using folder = await openTempFolder();
  await mkdir(join(folder.path, "store"));
  await writeFile(join(folder.path, "store", "notes.txt"), "mine");
  await expect(openStore(folder.path)).rejects.toThrow(/holds something that is no store/);
});

test("a damaged file is refused with a sentence that says what to do", async () => {
  await using folder = await openTempFolder();
  await mkdir(join(folder.path, "store"));
  await writeFile(join(folder.path, "store", "data.mdb"), Buffer.alloc(65_536, "damaged"));
  await expect(openStore(folder.path)).rejects.toThrow(/cannot be read.*Restore the folder from a backup/);
});
