import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { execFile } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { packArchive, packStream, unpackFile } from "../src/files/archive.js";
import { FilesystemStorage } from "../src/storage/filesystem/filesystem-storage.js";
import { fileOf, streamOf } from "./contracts/file-storage.contract.js";

async function openFolder() {
  const folder = await mkdtemp(join(tmpdir(), "rocas-pack-"));
  const storage = await FilesystemStorage.open(join(folder, "files"));
  return {
    storage,
    spool: join(folder, "spool"),
    async keep(name: string, content: Buffer) {
      await storage.write(streamOf(content), fileOf(content));
      return { name, ...fileOf(content) };
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

const tarLists = (archive: Buffer) =>
  new Promise<string>((resolve, reject) => {
    const listing = execFile("tar", ["-tzf", "-"], (error, out) => (error ? reject(error) : resolve(out)));
    listing.stdin!.end(archive);
  });

test("a packed record is a tar.gz that tar itself reads, in the order of names", async () => {
  await using opened = await openFolder();
  const files = [await opened.keep("b.csv", randomBytes(100_000)), await opened.keep("a.csv", Buffer.from("1,2\n"))];

  const archive = await packArchive(files, opened.storage, opened.spool);

  expect(await tarLists(await buffer(await opened.storage.read(archive.sha256)))).toBe("a.csv\nb.csv\n");
  expect(await readdir(opened.spool)).toEqual([]);
});

test("the same files make the same blob, in whatever order they are named", async () => {
  await using opened = await openFolder();
  const files = [await opened.keep("b.csv", randomBytes(100_000)), await opened.keep("a.csv", Buffer.from("1,2\n"))];

  const archive = await packArchive(files, opened.storage, opened.spool);

  expect(await packArchive([...files].reverse(), opened.storage, opened.spool)).toEqual(archive);
});

for (const at of [0, 1, 2])
  test(`file ${at} of three comes out of the archive as it went in`, async () => {
    await using opened = await openFolder();
    const contents = [randomBytes(900_000), Buffer.alloc(0), randomBytes(70_001)];
    const files = await Promise.all(contents.map((content, n) => opened.keep(`${n}.bin`, content)));
    const archive = await packArchive(files, opened.storage, opened.spool);

    const out = await buffer(await unpackFile(archive.sha256, files[at]!, opened.storage));

    expect(out.equals(contents[at]!)).toBe(true);
  });

test("a file that the archive does not hold is an error", async () => {
  await using opened = await openFolder();
  const archive = await packArchive([await opened.keep("a.csv", Buffer.from("1"))], opened.storage, opened.spool);
  const other = { name: "b.csv", ...fileOf(Buffer.from("1")) };

  await expect(buffer(await unpackFile(archive.sha256, other, opened.storage))).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
});

test("a file of the archive that is not the one recorded is an error", async () => {
  await using opened = await openFolder();
  const archive = await packArchive([await opened.keep("a.csv", Buffer.from("1"))], opened.storage, opened.spool);
  const other = { name: "a.csv", ...fileOf(Buffer.from("2")) };

  await expect(buffer(await unpackFile(archive.sha256, other, opened.storage))).rejects.toThrow("damaged");
});

test("a gzip that is no archive is an error", async () => {
  await using opened = await openFolder();
  const gzip = await opened.keep("x", gzipSync(randomBytes(5_000)));

  await expect(
    buffer(await unpackFile(gzip.sha256, { name: "a", ...fileOf(Buffer.from("1")) }, opened.storage)),
  ).rejects.toThrow();
});

test("a missing file fails the packing and leaves nothing", async () => {
  await using opened = await openFolder();
  const missing = { name: "a.csv", ...fileOf(randomBytes(9)) };
  const there = await opened.keep("b.csv", randomBytes(9));

  await expect(packArchive([there, missing], opened.storage, opened.spool)).rejects.toMatchObject({
    code: "NOT_FOUND",
  });

  expect(await readdir(opened.spool)).toEqual([]);
});

test("an uploaded bomb is packed as the bytes it is", async () => {
  await using opened = await openFolder();
  const bomb = gzipSync(Buffer.alloc(20_000_000));
  const file = await opened.keep("bomb.gz", bomb);

  const archive = await packArchive([file], opened.storage, opened.spool);

  expect((await buffer(await unpackFile(archive.sha256, file, opened.storage))).equals(bomb)).toBe(true);
});

test("a record is packed on the way to its reader as it would be kept", async () => {
  await using opened = await openFolder();
  const files = [await opened.keep("b.csv", randomBytes(900_000)), await opened.keep("a.csv", Buffer.from("1,2\n"))];

  const streamed = await buffer(packStream(files, opened.storage));

  expect(fileOf(streamed)).toEqual(await packArchive(files, opened.storage, opened.spool));
});

test("a reader who leaves an archive half-way is no failure", async () => {
  await using opened = await openFolder();
  const file = await opened.keep("b.csv", randomBytes(9_000_000));

  for await (const _ of packStream([file], opened.storage)) break;

  expect(await opened.storage.has(file.sha256)).toBe(true);
});
