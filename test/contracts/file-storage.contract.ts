import { createHash, randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import type { FileStorage } from "../../src/storage/file-storage.js";

export interface OpenStorage extends AsyncDisposable {
  readonly storage: FileStorage;
  /** Everything of the file that lies in the storage, whole or in parts: how many pieces. */
  pieces(sha256: string): Promise<number>;
  /** Flips one byte of the stored file. */
  damage(sha256: string): Promise<void>;
}

export const fileOf = (content: Buffer) => ({
  sha256: createHash("sha256").update(content).digest("hex"),
  size: content.length,
});

/** In pieces, as bytes come from a socket. */
export const streamOf = (content: Buffer, piece = 64 * 1024) =>
  Readable.from(
    (function* () {
      for (let from = 0; from < content.length; from += piece) yield content.subarray(from, from + piece);
    })(),
    { objectMode: false },
  );

async function* breakingOff(content: Buffer) {
  yield content.subarray(0, content.length - 1);
  throw new Error("The client went away.");
}

/** What every adapter of FileStorage owes. */
export function fileStorageContract(name: string, open: () => Promise<OpenStorage>): void {
  describe(name, () => {
    for (const size of [0, 1, 255 * 1024, 1_000_003])
      test(`a file of ${size} bytes comes back as it was written`, async () => {
        await using opened = await open();
        const content = randomBytes(size);
        const file = fileOf(content);

        await opened.storage.write(streamOf(content), file);

        expect(await opened.storage.has(file.sha256)).toBe(true);
        expect((await buffer(await opened.storage.read(file.sha256))).equals(content)).toBe(true);
      });

    test("content in one large piece is kept like content in small ones", async () => {
      await using opened = await open();
      const content = randomBytes(1_000_003);

      await opened.storage.write(streamOf(content, 1_000_003), fileOf(content));

      expect((await buffer(await opened.storage.read(fileOf(content).sha256))).equals(content)).toBe(true);
    });

    test("content that is longer than declared leaves nothing", async () => {
      await using opened = await open();
      const content = randomBytes(600_000);
      const file = { ...fileOf(content), size: 599_999 };

      await expect(opened.storage.write(streamOf(content), file)).rejects.toMatchObject({ code: "BAD_USER_INPUT" });

      expect(await opened.storage.has(file.sha256)).toBe(false);
      expect(await opened.pieces(file.sha256)).toBe(0);
    });

    test("content that is shorter than declared leaves nothing", async () => {
      await using opened = await open();
      const content = randomBytes(600_000);
      const file = { ...fileOf(content), size: 600_001 };

      await expect(opened.storage.write(streamOf(content), file)).rejects.toMatchObject({ code: "BAD_USER_INPUT" });

      expect(await opened.pieces(file.sha256)).toBe(0);
    });

    test("content with another hash leaves nothing", async () => {
      await using opened = await open();
      const content = randomBytes(600_000);
      const file = { ...fileOf(randomBytes(9)), size: 600_000 };

      await expect(opened.storage.write(streamOf(content), file)).rejects.toMatchObject({ code: "BAD_USER_INPUT" });

      expect(await opened.pieces(file.sha256)).toBe(0);
    });

    test("a write that breaks off leaves nothing and can be repeated", async () => {
      await using opened = await open();
      const content = randomBytes(600_000);
      const file = fileOf(content);

      await expect(opened.storage.write(Readable.from(breakingOff(content)), file)).rejects.toThrow("went away");
      expect(await opened.pieces(file.sha256)).toBe(0);
      await opened.storage.write(streamOf(content), file);

      expect((await buffer(await opened.storage.read(file.sha256))).equals(content)).toBe(true);
    });

    test("a source that broke off before the write began is an error and no crash", async () => {
      await using opened = await open();
      const content = streamOf(randomBytes(10)).destroy(new Error("The client went away."));

      await expect(opened.storage.write(content, fileOf(randomBytes(10)))).rejects.toThrow();
    });

    test("a repeated write changes nothing, and its content is still checked", async () => {
      await using opened = await open();
      const content = randomBytes(300_000);
      const file = fileOf(content);
      await opened.storage.write(streamOf(content), file);

      await opened.storage.write(streamOf(content), file);
      await expect(opened.storage.write(streamOf(randomBytes(300_000)), file)).rejects.toMatchObject({
        code: "BAD_USER_INPUT",
      });

      expect((await buffer(await opened.storage.read(file.sha256))).equals(content)).toBe(true);
    });

    test("many writers of one file all succeed", async () => {
      await using opened = await open();
      const content = randomBytes(700_000);
      const file = fileOf(content);

      await Promise.all(Array.from({ length: 8 }, () => opened.storage.write(streamOf(content), file)));

      expect((await buffer(await opened.storage.read(file.sha256))).equals(content)).toBe(true);
    });

    test("a writer that fails does no harm to another of the same file", async () => {
      await using opened = await open();
      const content = randomBytes(700_000);
      const file = fileOf(content);

      const [good, bad] = await Promise.allSettled([
        opened.storage.write(streamOf(content, 1_000), file),
        opened.storage.write(streamOf(content.subarray(1)), file),
      ]);

      expect([good.status, bad.status]).toEqual(["fulfilled", "rejected"]);
      expect((await buffer(await opened.storage.read(file.sha256))).equals(content)).toBe(true);
    });

    test("a flipped byte fails the read before its last piece", async () => {
      await using opened = await open();
      const content = randomBytes(600_000);
      const file = fileOf(content);
      await opened.storage.write(streamOf(content), file);
      await opened.damage(file.sha256);

      const seen: Buffer[] = [];
      const reading = (async () => {
        for await (const piece of await opened.storage.read(file.sha256)) seen.push(piece as Buffer);
      })();

      await expect(reading).rejects.toThrow("damaged");
      expect(Buffer.concat(seen).length).toBeLessThan(content.length);
    });

    test("a file that is not there is NOT_FOUND", async () => {
      await using opened = await open();
      const { sha256 } = fileOf(randomBytes(8));

      await expect(opened.storage.read(sha256)).rejects.toMatchObject({ code: "NOT_FOUND" });
      expect(await opened.storage.has(sha256)).toBe(false);
    });

    test("a removed file is gone, and removing it again is no error", async () => {
      await using opened = await open();
      const content = randomBytes(600_000);
      const file = fileOf(content);
      await opened.storage.write(streamOf(content), file);

      await opened.storage.remove([file.sha256]);
      await opened.storage.remove([file.sha256]);

      expect(await opened.storage.has(file.sha256)).toBe(false);
      expect(await opened.pieces(file.sha256)).toBe(0);
    });

    test("the files that are there are counted, each content once", async () => {
      await using opened = await open();
      const contents = [randomBytes(300_000), randomBytes(7)];
      for (const content of [...contents, contents[1]!]) await opened.storage.write(streamOf(content), fileOf(content));

      const both = await opened.storage.size();
      await opened.storage.remove([fileOf(contents[0]!).sha256]);

      expect(both).toEqual({ files: 2, bytes: 300_007 });
      expect(await opened.storage.size()).toEqual({ files: 1, bytes: 7 });
    });

    for (const hostile of [
      "",
      "..",
      "../../etc/passwd",
      "a".repeat(63),
      "A".repeat(64),
      `${"a".repeat(64)}\u0000`,
      `${"a".repeat(64)}/..`,
    ])
      test(`${JSON.stringify(hostile)} is the hash of no file`, async () => {
        await using opened = await open();

        await expect(opened.storage.read(hostile)).rejects.toMatchObject({ code: "NOT_FOUND" });
        await expect(
          opened.storage.write(streamOf(randomBytes(3)), { sha256: hostile, size: 3 }),
        ).rejects.toMatchObject({ code: "BAD_USER_INPUT" });
        await opened.storage.remove([hostile]);
        expect(await opened.storage.has(hostile)).toBe(false);
      });

    for (const size of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])
      test(`${size} is the size of no file`, async () => {
        await using opened = await open();
        const { sha256 } = fileOf(Buffer.alloc(0));

        await expect(opened.storage.write(streamOf(Buffer.alloc(0)), { sha256, size })).rejects.toMatchObject({
          code: "BAD_USER_INPUT",
        });
      });
  });
}
