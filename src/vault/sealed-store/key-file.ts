import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { link, mkdir, open, readdir, unlink, type FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import { MasterKey } from "./key-ring.js";

const LENGTH = 32;
const READABLE_BY_OTHERS = 0o077;

/** The key of treasure chests does not do; the message says what is wrong and what to do. It ends the start. */
export class KeyRefused extends Error {}

/**
 * @param isUsed whether something was sealed under a key already: then a new one is of no use.
 * @throws KeyRefused where there is no such file, it is weak, or others may read it.
 */
export async function readKeyFile(path: string, isUsed: boolean): Promise<MasterKey> {
  const advice = isUsed ? RESTORE : HOW;
  await using file = await openKey(path);
  const status = await file.stat();
  if (!status.isFile()) throw new KeyRefused(`The key file ${path} is no plain file.`);
  if ((status.mode & READABLE_BY_OTHERS) !== 0)
    throw new KeyRefused(
      `Others than its owner may read the key file ${path}. Treat the key as known to them, or, where it is not, run: chmod 400 ${path}`,
    );
  if (status.size !== LENGTH)
    throw new KeyRefused(`The key file ${path} has ${status.size} bytes, and a key has ${LENGTH}. ${advice}`);
  const bytes = Buffer.alloc(LENGTH);
  await file.read(bytes, 0, LENGTH, 0);
  if (bytes.every((byte) => byte === bytes[0]))
    throw new KeyRefused(`All bytes of the key file ${path} are the same. ${advice}`);
  return new MasterKey(bytes);
}

const RESTORE =
  "The treasure chests of this store are sealed under the key that it held: put that back from your backup.";
const HOW = `A key is ${LENGTH} random bytes: head -c ${LENGTH} /dev/urandom > FILE && chmod 400 FILE`;

/** Makes a key of mode 0400, synced before it has its name. One that is there already stays. */
export async function makeKeyFile(path: string): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const unnamed = join(folder, `.${randomBytes(8).toString("hex")}`);
  await using file = await open(unnamed, "wx", 0o400);
  const bytes = randomBytes(LENGTH);
  await file.writeFile(bytes);
  bytes.fill(0);
  await file.sync();
  try {
    await link(unnamed, path);
  } catch (error) {
    // Another process was first.
    if (codeOf(error) !== "EEXIST") throw error;
  } finally {
    await unlink(unnamed);
  }
  await using opened = await open(folder, "r");
  await opened.sync();
}

/** The versions in the folder, `1`, `2` and so on, in their order; none where there is no folder. */
export async function keyFilesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return [];
    throw error;
  });
  const versions = names.filter((name) => /^[1-9]\d{0,8}$/.test(name)).map(Number);
  return versions.sort((one, other) => one - other).map((version) => join(folder, String(version)));
}

async function openKey(path: string): Promise<FileHandle> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw new KeyRefused(`The key file ${path} cannot be read (${codeOf(error)}).`, { cause: error });
  }
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;
