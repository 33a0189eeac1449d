import { randomBytes } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { makeSecretFile, openSecretFile, SecretFileRefused } from "../../secret-file.js";
import { KeyRing, MasterKey } from "./key-ring.js";
import { insertOnce, seal, secretBytes, type SecretCollection, type SecretDocument, unseal } from "./sealed-secrets.js";

export interface KeyRingSettings {
  /** ROCAS_DATA. */
  readonly data: string;
  /** ROCAS_KEY_FILE, or empty. */
  readonly keyFile: string;
  /** True if the embedded store holds the secrets. Only then a missing key is made. */
  readonly embedded: boolean;
  readonly cluster: string;
}

const CHECK = "vault:check";
const SIGNING = "vault:signing";
const CHECK_TEXT = "rocas";

/**
 * Opens the keys that seal treasure chests and sign tickets.
 * @param onKeyMade is called with the path of a new key, only at the first start.
 * @throws SecretFileRefused if a key is weak, missing after its use, or opens nothing of this store.
 */
export async function openKeyRing(
  settings: KeyRingSettings,
  secrets: SecretCollection,
  onKeyMade: (path: string) => void,
): Promise<KeyRing> {
  const check = await secrets.findOne({ _id: CHECK });
  const files = await keyFiles(settings, check !== null, onKeyMade);
  const keys = await Promise.all(files.map((file) => readKeyFile(file, check !== null)));
  const current = keys.at(-1);
  // All processes must sign alike, and share only the database.
  if (!current) return new KeyRing(null, [], await signingKey(secrets));
  const stored = check ?? (await insertOnce(secrets, checkOf(current, settings.cluster)));
  if (!keys.some((key) => canOpen(key, stored, settings.cluster)))
    throw new SecretFileRefused(
      `The key in ${files.join(", ")} opens nothing in this store: its treasure chests were sealed under another one. Give that one (ROCAS_KEY_FILE, or keys/1 in ROCAS_DATA).`,
    );
  return new KeyRing(current, keys.slice(0, -1), current);
}

async function keyFiles(
  { data, keyFile, embedded }: KeyRingSettings,
  used: boolean,
  onKeyMade: (path: string) => void,
) {
  if (keyFile) return [resolve(keyFile)];
  const folder = resolve(data, "keys");
  const found = embedded ? await keyFilesIn(folder) : [];
  if (found.length > 0) return found;
  if (used && embedded)
    throw new SecretFileRefused(
      `The key of this store's treasure chests is missing: ${join(folder, "1")} was made at the first start. Put it back from your backup, or name it by ROCAS_KEY_FILE.`,
    );
  if (used)
    throw new SecretFileRefused(
      "The store holds treasure chests that are sealed under a key: name its file by ROCAS_KEY_FILE.",
    );
  if (!embedded) return [];
  const path = join(folder, "1");
  await makeKeyFile(path);
  onKeyMade(path);
  return [path];
}

const boundTo = (cluster: string): string => JSON.stringify(["check", cluster]);

const checkOf = (key: MasterKey, cluster: string): SecretDocument => ({
  _id: CHECK,
  sealed: seal(key.keyFor("check"), Buffer.from(CHECK_TEXT), boundTo(cluster)),
});

function canOpen(key: MasterKey, check: SecretDocument, cluster: string): boolean {
  try {
    return unseal(key.keyFor("check"), secretBytes(check, "sealed"), boundTo(cluster)).toString() === CHECK_TEXT;
  } catch {
    return false;
  }
}

// It protects tickets only, never secrets. A reader of the database could fetch files until a master key is given.
async function signingKey(secrets: SecretCollection): Promise<MasterKey> {
  return new MasterKey(secretBytes(await insertOnce(secrets, { _id: SIGNING, key: randomBytes(32) }), "key"));
}

const KEY_BYTES = 32;

/**
 * @param isUsed true if secrets are sealed under a key, so that a new one is useless.
 * @throws SecretFileRefused if the file is missing, weak, or readable by others.
 */
async function readKeyFile(path: string, isUsed: boolean): Promise<MasterKey> {
  const advice = isUsed ? RESTORE_HINT : MAKE_HINT;
  await using file = await openSecretFile(path, "key file", "400");
  const { size } = await file.stat();
  if (size !== KEY_BYTES)
    throw new SecretFileRefused(`The key file ${path} has ${size} bytes, and a key has ${KEY_BYTES}. ${advice}`);
  const bytes = Buffer.alloc(KEY_BYTES);
  await file.read(bytes, 0, KEY_BYTES, 0);
  if (bytes.every((byte) => byte === bytes[0]))
    throw new SecretFileRefused(`All bytes of the key file ${path} are the same. ${advice}`);
  return new MasterKey(bytes);
}

const RESTORE_HINT =
  "The treasure chests of this store are sealed under the key that it held: put that back from your backup.";
const MAKE_HINT = `A key is ${KEY_BYTES} random bytes: head -c ${KEY_BYTES} /dev/urandom > FILE && chmod 400 FILE`;

/** Makes a key of mode 0400, synced before it gets its name. An existing one stays. */
async function makeKeyFile(path: string): Promise<void> {
  const bytes = randomBytes(KEY_BYTES);
  await makeSecretFile(path, bytes, 0o400);
  bytes.fill(0);
}

/** Returns the key versions in the folder (`1`, `2` and so on) in order. */
async function keyFilesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const versions = names.filter((name) => /^[1-9]\d{0,8}$/.test(name)).map(Number);
  return versions.sort((one, other) => one - other).map((version) => join(folder, String(version)));
}
