import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { buffer } from "node:stream/consumers";
import { expect, test } from "vitest";
import { FilesystemPartialFiles } from "../src/storage/filesystem/filesystem-partial-files.js";
import { FilesystemStorage } from "../src/storage/filesystem/filesystem-storage.js";
import { fileOf, streamOf } from "./contracts/file-storage.contract.js";

/** Writes what comes on its standard input, and says so when it is kept. */
const WRITER = `
  import { FilesystemStorage } from "./dist/storage/filesystem/filesystem-storage.js";
  const [folder, sha256, size] = process.argv.slice(1);
  const storage = await FilesystemStorage.open(folder);
  process.stdout.write("open");
  await storage.write(process.stdin, { sha256, size: Number(size) });
  process.stdout.write(" kept");
`;

async function openFolder() {
  const folder = await mkdtemp(join(tmpdir(), "rocas-crash-"));
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

/** Sends the content to a process that is killed so long after it opened the storage; gives what it had said. */
async function writeAndKill(folder: string, content: Buffer, afterMs: number): Promise<string> {
  const { sha256, size } = fileOf(content);
  const writer = spawn(process.execPath, ["--input-type=module", "-e", WRITER, folder, sha256, String(size)]);
  let said = "";
  const opened = new Promise((resolve) => writer.stdout.on("data", (piece) => ((said += piece), resolve(said))));
  const ended = new Promise((resolve) => writer.once("exit", resolve));
  writer.stdin.on("error", () => undefined);
  await opened;
  streamOf(content).pipe(writer.stdin);
  await pause(afterMs);
  writer.kill("SIGKILL");
  await ended;
  return said;
}

for (const afterMs of [0, 5, 10, 20, 30, 45, 60, 90, 120])
  test(`a process killed ${afterMs} ms into an upload leaves the file whole or not at all`, async () => {
    await using opened = await openFolder();
    const content = randomBytes(12_000_000);
    const { sha256 } = fileOf(content);

    const said = await writeAndKill(opened.folder, content, afterMs);

    const storage = await FilesystemStorage.open(opened.folder);
    const there = await storage.has(sha256);
    expect(there || !said.includes("kept")).toBe(true);
    if (there) expect((await buffer(await storage.read(sha256))).equals(content)).toBe(true);
    await storage.write(streamOf(content), fileOf(content));
    expect((await buffer(await storage.read(sha256))).equals(content)).toBe(true);
  });

test("what is said to be kept is kept, and nothing else lies beside it", async () => {
  await using opened = await openFolder();
  const content = randomBytes(1_000_000);

  const said = await writeAndKill(opened.folder, content, 2_000);

  expect(said).toBe("open kept");
  expect(await readdir(join(opened.folder, fileOf(content).sha256.slice(0, 2)))).toHaveLength(1);
});

/** Adds what comes on its standard input to a part, and says what is there. */
const ADDER = `
  import { FilesystemPartialFiles } from "./dist/storage/filesystem/filesystem-partial-files.js";
  const [folder, id, size] = process.argv.slice(1);
  const parts = await FilesystemPartialFiles.open(folder);
  process.stdout.write("open");
  await parts.append(id, 0, process.stdin, { sha256: id, size: Number(size) }, async () => {});
`;

test("what a killed process had received of an upload is there for the next one to go on from", async () => {
  await using opened = await openFolder();
  const content = randomBytes(2_000_000);
  const { sha256, size } = fileOf(content);
  const adder = spawn(process.execPath, ["--input-type=module", "-e", ADDER, opened.folder, sha256, String(size)]);
  const ended = new Promise((resolve) => adder.once("exit", resolve));
  adder.stdin.on("error", () => undefined);
  adder.stdin.write(content.subarray(0, 1_000_000));
  const parts = await FilesystemPartialFiles.open(opened.folder);
  await expect.poll(() => parts.size(sha256), { timeout: 20_000 }).toBe(1_000_000);
  adder.kill("SIGKILL");
  await ended;

  let whole = Buffer.alloc(0);
  const rest = streamOf(content.subarray(1_000_000));
  await parts.append(sha256, 1_000_000, rest, { sha256, size }, async (arrived) => {
    whole = await buffer(arrived.read());
  });

  expect(whole.equals(content)).toBe(true);
});
