import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startEmbeddedStore } from "#embedded-store";
import { Schema } from "mongoose";
import { expect, test } from "vitest";
import { openConnection } from "../../src/open-connection.js";
import { StoreRefused } from "../../src/store/store-errors.js";
import { openTestDatabase } from "../support/open-test-database.js";
import { openTempFolder } from "../support/temp-folder.js";

const refusalOf = async (mongodbUri: string): Promise<string> => {
  const error: unknown = await openConnection({ mongodbUri, dataFolder: "unused" }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(StoreRefused);
  return (error as StoreRefused).message;
};

test("a MongoDB that does not answer is refused in a few seconds, without its password", async () => {
  const began = Date.now();
  const message = await refusalOf("mongodb://user:s3cret%40@127.0.0.1:1/rocas?replicaSet=rs0");
  expect(message).toMatch(/^The MongoDB at mongodb:\/\/127\.0\.0\.1:1\/rocas does not answer\./);
  expect(Date.now() - began).toBeLessThan(8_000);
});

test("an address that is none is refused without being shown", async () => {
  expect(await refusalOf("mongodb://user:s3cret@/rocas")).not.toContain("s3cret");
  expect(await refusalOf("postgres://user:s3cret@host/db")).toMatch(/no valid MongoDB connection string/);
  expect(await refusalOf("mongodb://user:s3cret:@host:notaport/rocas")).not.toContain("s3cret");
});

test("a MongoDB without a replica set is refused with what to do", async () => {
  await using folder = await openTempFolder();
  const standalone = await startEmbeddedStore(folder.path, () => undefined);

  const message = await refusalOf(`${standalone.uri}/rocas?directConnection=true`);
  await standalone.close();

  expect(message).toMatch(/is no replica set\. Start mongod with --replSet/);
});

test("a folder that cannot be served is refused by the name of its setting, a damaged one with the way to look closer", async () => {
  await using folder = await openTempFolder();
  await using opened = await openConnection({ dataFolder: join(folder.path, "one") });
  await mkdir(join(folder.path, "two", "store"), { recursive: true });
  await writeFile(join(folder.path, "two", "store", "data.mdb"), Buffer.alloc(65_536, "damaged"));
  void opened;

  const opening = (name: string) => openConnection({ dataFolder: join(folder.path, name) });

  await expect(opening("one")).rejects.toThrow(/^ROCAS_DATA: The data folder .* is in use by another server\./);
  await expect(opening("two")).rejects.toThrow(
    /^ROCAS_DATA: The store in .* cannot be read: .* npm run store:check tells/,
  );
});

test("a store folder that the system refuses is reported with its path and why", async () => {
  await using folder = await openTempFolder();
  await writeFile(join(folder.path, "store"), "");

  const opening = openConnection({ dataFolder: folder.path });

  await expect(opening).rejects.toThrow(`ROCAS_DATA: ${join(folder.path, "store")} cannot be used: it is no folder`);
});

test("the store's clock is near ours", async () => {
  await using folder = await openTempFolder();
  await using opened = await openConnection({ dataFolder: folder.path });

  expect(Math.abs((await opened.serverTime()).getTime() - Date.now())).toBeLessThan(5_000);
});

test("unknown fields and operators from users do not reach the store", async () => {
  await using opened = await openTestDatabase();
  const notes = opened.connection.model("Note", new Schema({ _id: String, text: String }), "notes");

  await expect(notes.find({ nowhere: 1 } as object)).rejects.toThrow(/strictQuery/);
  await expect(notes.find({ text: { $ne: null } } as object)).rejects.toThrow();
});
