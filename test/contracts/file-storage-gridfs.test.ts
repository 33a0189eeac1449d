import { randomBytes } from "node:crypto";
import { buffer } from "node:stream/consumers";
import type { mongo } from "mongoose";
import { ulid } from "ulid";
import { expect, test } from "vitest";
import { GridFsStorage } from "../../src/storage/gridfs/gridfs-storage.js";
import { openTestDatabase } from "../support/open-test-database.js";
import { fileOf, fileStorageContract, streamOf } from "./file-storage.contract.js";

async function openGridFs(maxBytes?: number) {
  const database = await openTestDatabase();
  const { connection } = database;
  const chunks = connection.collection<{ files_id: string; n: number; data: mongo.Binary | Buffer }>("files.chunks");
  const files = connection.collection<{ filename: string }>("files.files");
  const ofHash = (sha256: string) => ({ files_id: { $gte: `${sha256}.`, $lt: `${sha256}/` } });
  return {
    storage: new GridFsStorage(connection, maxBytes),
    chunks,
    async pieces(sha256: string) {
      return (
        (await chunks.find(ofHash(sha256)).toArray()).length + (await files.find({ filename: sha256 }).toArray()).length
      );
    },
    async damage(sha256: string) {
      const chunk = await chunks.findOne({ ...ofHash(sha256), n: 0 });
      const content = Buffer.from((chunk!.data as mongo.Binary).buffer);
      content[1_000]! ^= 1;
      await chunks.updateOne({ _id: chunk!._id }, { $set: { data: content } });
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

fileStorageContract("files in the store itself", openGridFs);

test("a file above the bound is refused before it is read", async () => {
  await using opened = await openGridFs(1_000);
  const content = randomBytes(1_001);

  await expect(opened.storage.write(streamOf(content), fileOf(content))).rejects.toMatchObject({
    code: "LIMIT_EXCEEDED",
  });

  expect(await opened.pieces(fileOf(content).sha256)).toBe(0);
});

test("a file at the bound is kept", async () => {
  await using opened = await openGridFs(1_000);
  const content = randomBytes(1_000);

  await opened.storage.write(streamOf(content), fileOf(content));

  expect(await opened.storage.has(fileOf(content).sha256)).toBe(true);
});

test("chunks without their document are no file, and the next write removes those that a crash left long ago", async () => {
  await using opened = await openGridFs();
  const content = randomBytes(300_000);
  const file = fileOf(content);
  const old = `${file.sha256}.${ulid(Date.now() - 3_600_000)}`;
  const young = `${file.sha256}.${ulid()}`;
  await opened.chunks.insertMany([old, young].map((files_id) => ({ files_id, n: 0, data: content.subarray(0, 9) })));
  expect(await opened.storage.has(file.sha256)).toBe(false);

  await opened.storage.write(streamOf(content), file);

  const left = (await opened.chunks.find({ n: 0 }).toArray()).map((chunk) => chunk.files_id);
  expect(left).toContain(young);
  expect(left).not.toContain(old);
  expect((await buffer(await opened.storage.read(file.sha256))).equals(content)).toBe(true);
});

test("a file whose chunks are partly missing fails to be read", async () => {
  await using opened = await openGridFs();
  const content = randomBytes(600_000);
  const file = fileOf(content);
  await opened.storage.write(streamOf(content), file);
  await opened.chunks.deleteOne({ n: 1 });

  await expect(buffer(await opened.storage.read(file.sha256))).rejects.toThrow();
});
