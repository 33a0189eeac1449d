import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, open, readdir, rename, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { expect, test } from "vitest";
import { FilesystemStorage } from "../../src/storage/filesystem/filesystem-storage.js";
import { fileOf, fileStorageContract, streamOf } from "./file-storage.contract.js";

async function openFilesystem(how?: { reserve: number }) {
  const folder = await mkdtemp(join(tmpdir(), "rocas-files-"));
  const storage = await FilesystemStorage.open(folder, how);
  const pathOf = (sha256: string) => join(folder, sha256.slice(0, 2), sha256);
  return {
    storage,
    folder,
    pathOf,
    async pieces(sha256: string) {
      const names = await readdir(dirname(pathOf(sha256))).catch(() => []);
      return names.filter((name) => name.startsWith(sha256)).length;
    },
    async damage(sha256: string) {
      await using file = await open(pathOf(sha256), "r+");
      const { buffer: byte } = await file.read(Buffer.alloc(1), 0, 1, 1_000);
      byte[0]! ^= 1;
      await file.write(byte, 0, 1, 1_000);
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

fileStorageContract("files on the filesystem", openFilesystem);

test("a link in the place of a stored file is not followed", async () => {
  await using opened = await openFilesystem();
  const content = randomBytes(20);
  const { sha256 } = fileOf(content);
  const elsewhere = join(opened.folder, "elsewhere");
  await writeFile(elsewhere, content);
  await mkdir(dirname(opened.pathOf(sha256)), { recursive: true });
  await symlink(elsewhere, opened.pathOf(sha256));

  await expect(opened.storage.read(sha256)).rejects.toThrow(/ELOOP/);
});

test("a link in the place of a folder is not followed", async () => {
  await using opened = await openFilesystem();
  await using foreign = await openFilesystem();
  const content = randomBytes(20);
  const file = fileOf(content);
  await symlink(foreign.folder, dirname(opened.pathOf(file.sha256)));

  await expect(opened.storage.write(streamOf(content), file)).rejects.toThrow(/ELOOP|ENOTDIR/);

  expect(await readdir(foreign.folder)).toEqual([]);
});

test("a folder in the place of a stored file is refused", async () => {
  await using opened = await openFilesystem();
  const { sha256 } = fileOf(randomBytes(20));
  await mkdir(opened.pathOf(sha256), { recursive: true });

  await expect(opened.storage.read(sha256)).rejects.toThrow("no plain file");
});

test("an upload whose part is replaced by a link meanwhile fails and leaves nothing visible", async () => {
  await using opened = await openFilesystem();
  const content = randomBytes(20);
  const file = fileOf(content);
  const canary = join(opened.folder, "canary");
  await writeFile(canary, "untouched");
  const replacing = (async function* () {
    yield content.subarray(0, 10);
    const folder = dirname(opened.pathOf(file.sha256));
    const [part] = await readdir(folder);
    await rename(join(folder, part!), join(opened.folder, "moved"));
    await symlink(canary, join(folder, part!));
    yield content.subarray(10);
  })();

  await expect(opened.storage.write(Readable.from(replacing), file)).rejects.toThrow("replaced");

  expect(await opened.storage.has(file.sha256)).toBe(false);
  expect(await opened.pieces(file.sha256)).toBe(0);
  expect(await buffer((await open(canary)).createReadStream())).toEqual(Buffer.from("untouched"));
});

test("a file that would leave too little of the disk free is refused before it is read", async () => {
  await using opened = await openFilesystem({ reserve: 1 });
  const content = randomBytes(20);

  await expect(opened.storage.write(streamOf(content), fileOf(content))).rejects.toMatchObject({
    code: "LIMIT_EXCEEDED",
  });

  expect(await readdir(opened.folder)).toEqual([]);
});

test("a damaged file is healed by writing it again", async () => {
  await using opened = await openFilesystem();
  const content = randomBytes(20_000);
  const file = fileOf(content);
  await opened.storage.write(streamOf(content), file);
  await opened.damage(file.sha256);

  await opened.storage.write(streamOf(content), file);

  expect((await buffer(await opened.storage.read(file.sha256))).equals(content)).toBe(true);
});

test("parts that nobody has written to for an hour go when the storage is opened; younger ones and files stay", async () => {
  await using opened = await openFilesystem();
  const content = randomBytes(20);
  const file = fileOf(content);
  await opened.storage.write(streamOf(content), file);
  const [old, young] = ["1", "2"].map((each) => `${opened.pathOf(file.sha256)}.${each.repeat(16)}.part`);
  await Promise.all([writeFile(old!, "x"), writeFile(young!, "x")]);
  const long = new Date(Date.now() - 2 * 3_600_000);
  await Promise.all([utimes(old!, long, long), utimes(opened.pathOf(file.sha256), long, long)]);

  await FilesystemStorage.open(opened.folder);

  expect((await readdir(dirname(old!))).sort()).toEqual([file.sha256, `${file.sha256}.${"2".repeat(16)}.part`]);
});

test("a reader who leaves half-way leaves no file open", async () => {
  await using opened = await openFilesystem();
  const content = randomBytes(5_000_000);
  const file = fileOf(content);
  await opened.storage.write(streamOf(content), file);
  const openFiles = async () => (await readdir("/proc/self/fd").catch(() => [])).length;
  const before = await openFiles();

  for (let round = 0; round < 10; round++) for await (const _ of await opened.storage.read(file.sha256)) break;
  await new Promise((resolve) => setTimeout(resolve, 100));

  expect(await openFiles()).toBeLessThanOrEqual(before + 1);
});
