import { randomBytes, randomUUID } from "node:crypto";
import { buffer } from "node:stream/consumers";
import mongoose from "mongoose";
import { ulid } from "ulid";
import { expect, test } from "vitest";
import { GridFsStorage } from "../../src/storage/gridfs/gridfs-storage.js";
import { fileOf, fileStorageContract, streamOf } from "./file-storage.contract.js";

async function openGridFs(maxBytes?: number) {
  const dbName = `files-${randomUUID()}`;
  const connection = await mongoose.createConnection(process.env.MONGODB_URI!, { dbName }).asPromise();
  const chunks = connection.collection<{ files_id: string; n: number; data: Buffer }>("files.chunks");
  const files = connection.collection<{ filename: string }>("files.files");
  return {
    storage: new GridFsStorage(connection, maxBytes),
    chunks,
    files,
    async pieces(sha256: string) {
      const ofHash = { $gte: `${sha256}.`, $lt: `${sha256}/` };
      return (await chunks.countDocuments({ files_id: ofHash })) + (await files.countDocuments({ filename: sha256 }));
    },
    async damage(sha256: string) {
      const [chunk] = await chunks.find({ files_id: { $gte: `${sha256}.`, $lt: `${sha256}/` }, n: 0 }).toArray();
      const data = Buffer.from((chunk!.data as unknown as mongoose.mongo.Binary).buffer);
      data[1_000]! ^= 1;
      await chunks.updateOne({ _id: chunk!._id }, { $set: { data } });
    },
    async [Symbol.asyncDispose]() {
      await connection.dropDatabase();
      await connection.close();
    },
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
