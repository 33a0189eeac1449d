import { randomBytes } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { makeSecretFile, openSecretFile, SecretFileRefused } from "../../secret-file.js";
import { MasterKey } from "./key-ring.js";

const LENGTH = 32;

/**
 * @param isUsed whether something was sealed under a key already: then a new one is of no use.
 * @throws SecretFileRefused if there is no such file, it is weak, or others may read it.
 */
export async function readKeyFile(path: string, isUsed: boolean): Promise<MasterKey> {
  const advice = isUsed ? RESTORE : HOW;
  await using file = await openSecretFile(path, "key file", "400");
  const { size } = await file.stat();
  if (size !== LENGTH)
    throw new SecretFileRefused(`The key file ${path} has ${size} bytes, and a key has ${LENGTH}. ${advice}`);
  const bytes = Buffer.alloc(LENGTH);
  await file.read(bytes, 0, LENGTH, 0);
  if (bytes.every((byte) => byte === bytes[0]))
    throw new SecretFileRefused(`All bytes of the key file ${path} are the same. ${advice}`);
  return new MasterKey(bytes);
}

const RESTORE =
  "The treasure chests of this store are sealed under the key that it held: put that back from your backup.";
const HOW = `A key is ${LENGTH} random bytes: head -c ${LENGTH} /dev/urandom > FILE && chmod 400 FILE`;

/** Makes a key of mode 0400, synced before it has its name. One that is there already stays. */
export async function makeKeyFile(path: string): Promise<void> {
  const bytes = randomBytes(LENGTH);
  await makeSecretFile(path, bytes, 0o400);
  bytes.fill(0);
}

/** The versions in the folder, `1`, `2` and so on, in their order; none if there is no folder. */
export async function keyFilesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const versions = names.filter((name) => /^[1-9]\d{0,8}$/.test(name)).map(Number);
  return versions.sort((one, other) => one - other).map((version) => join(folder, String(version)));
}
