import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { PIECE_BYTES } from "../../src/storage/s3/pieces.js";
import { S3Storage } from "../../src/storage/s3/s3-storage.js";
import { NEEDS_S3, openTestBucket, S3_ENDPOINT } from "../support/test-bucket.js";
import { fileOf, fileStorageContract, streamOf } from "./file-storage.contract.js";

async function openS3(prefix = "team/files/") {
  const opened = await openTestBucket(prefix);
  const { bucket } = opened;
  const keyOf = (sha256: string) => `${sha256.slice(0, 2)}/${sha256}`;
  return {
    ...opened,
    storage: new S3Storage(bucket),
    async pieces(sha256: string) {
      const keys = await opened.keys();
      const parts = await bucket.openUploads();
      return [...keys, ...parts.map(({ key }) => key)].filter((key) => key.endsWith(sha256)).length;
    },
    async damage(sha256: string) {
      const content = Buffer.from(await (await bucket.get(keyOf(sha256)))!.arrayBuffer());
      content[1_000]! ^= 1;
      await bucket.put(keyOf(sha256), content);
    },
  };
}

describe.skipIf(!S3_ENDPOINT)(`a bucket ${NEEDS_S3}`, () => {
  fileStorageContract("files in a bucket", openS3);

  for (const size of [PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 2 * PIECE_BYTES, 2 * PIECE_BYTES + 5])
    test(`a file of ${size} bytes, near the bounds of parts, comes back as it was written`, async () => {
      await using opened = await openS3();
      const content = randomBytes(size);

      await opened.storage.write(streamOf(content), fileOf(content));

      expect((await buffer(await opened.storage.read(fileOf(content).sha256))).equals(content)).toBe(true);
    });

  test("a file of several parts with another hash, or one that breaks off, leaves neither object nor parts", async () => {
    await using opened = await openS3();
    const content = randomBytes(2 * PIECE_BYTES + 5);
    const file = { ...fileOf(randomBytes(9)), size: content.length };
    const breaking = Readable.from(
      (function* () {
        yield content.subarray(0, PIECE_BYTES + 9);
        throw new Error("The client went away.");
      })(),
    );

    await expect(opened.storage.write(streamOf(content), file)).rejects.toMatchObject({ code: "BAD_USER_INPUT" });
    await expect(opened.storage.write(breaking, fileOf(content))).rejects.toThrow("went away");

    expect(await opened.pieces(file.sha256)).toBe(0);
    expect(await opened.pieces(fileOf(content).sha256)).toBe(0);
  });

  test("parts that a crash left go with the sweep after their time, and those under way stay", async () => {
    await using opened = await openS3();
    const { sha256 } = fileOf(randomBytes(9));
    const key = `${sha256.slice(0, 2)}/${sha256}`;
    await opened.bucket.uploadPart(key, await opened.bucket.beginUpload(key), 1, randomBytes(9));

    await opened.storage.sweep();
    const young = await opened.pieces(sha256);
    await opened.storage.sweep(-60_000);

    expect([young, await opened.pieces(sha256)]).toEqual([1, 0]);
  });

  test("what lies beside the prefix, or below it under another name, is neither listed nor removed", async () => {
    await using opened = await openS3();
    const content = randomBytes(50);
    await opened.bucket.put("notes.txt", Buffer.from("a note"));
    await opened.storage.write(streamOf(content), fileOf(content));

    const listed = await opened.storage.size();
    await opened.storage.remove([fileOf(content).sha256, "notes.txt", "../notes.txt"]);

    expect(listed).toEqual({ files: 1, bytes: 50 });
    expect(await opened.keys()).toEqual(["team/files/notes.txt"]);
  });
});
