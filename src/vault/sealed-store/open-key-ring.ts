import { randomBytes } from "node:crypto";
import { join, resolve } from "node:path";
import { SecretFileRefused } from "../../secret-file.js";
import { keyFilesIn, makeKeyFile, readKeyFile } from "./key-file.js";
import { KeyRing, MasterKey } from "./key-ring.js";
import { secretBytes, insertOnce, type SecretCollection, type SecretDocument } from "./secret-collection.js";
import { seal, unseal } from "./seal.js";

export interface KeyRingSettings {
  /** ROCAS_DATA. */
  readonly data: string;
  /** ROCAS_KEY_FILE, or empty. */
  readonly keyFile: string;
  /** True if the embedded store holds the secrets: only then a key is made if there is none. */
  readonly embedded: boolean;
  readonly cluster: string;
}

const CHECK = "vault:check";
const SIGNING = "vault:signing";
const CHECK_TEXT = "rocas";

/**
 * The keys that treasure chests are sealed under and tickets signed with.
 * @param made is told where a key was made, at the first start alone.
 * @throws SecretFileRefused if a key is weak, missing after it was used, or opens nothing of this store.
 */
export async function openKeyRing(
  settings: KeyRingSettings,
  secrets: SecretCollection,
  made: (path: string) => void,
): Promise<KeyRing> {
  const check = await secrets.findOne({ _id: CHECK });
  const files = await keyFiles(settings, check !== null, made);
  const keys = await Promise.all(files.map((file) => readKeyFile(file, check !== null)));
  const current = keys.at(-1);
  // Every process on this MongoDB has to sign alike, and nothing else is shared by all of them.
  if (!current) return new KeyRing(null, [], await signingKey(secrets));
  const stored = check ?? (await insertOnce(secrets, checkOf(current, settings.cluster)));
  if (!keys.some((key) => opens(key, stored, settings.cluster)))
    throw new SecretFileRefused(
      `The key in ${files.join(", ")} opens nothing in this store: its treasure chests were sealed under another one. Give that one (ROCAS_KEY_FILE, or keys/1 in ROCAS_DATA).`,
    );
  return new KeyRing(current, keys.slice(0, -1), current);
}

async function keyFiles({ data, keyFile, embedded }: KeyRingSettings, used: boolean, made: (path: string) => void) {
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
  made(path);
  return [path];
}

const boundTo = (cluster: string): string => JSON.stringify(["check", cluster]);

const checkOf = (key: MasterKey, cluster: string): SecretDocument => ({
  _id: CHECK,
  sealed: seal(key.keyFor("check"), Buffer.from(CHECK_TEXT), boundTo(cluster)),
});

function opens(key: MasterKey, check: SecretDocument, cluster: string): boolean {
  try {
    return unseal(key.keyFor("check"), secretBytes(check, "sealed"), boundTo(cluster)).toString() === CHECK_TEXT;
  } catch {
    return false;
  }
}

// It guards tickets alone, never a secret: whoever reads the store learns at most how to fetch files for as long as no
// master key is given.
async function signingKey(secrets: SecretCollection): Promise<MasterKey> {
  return new MasterKey(secretBytes(await insertOnce(secrets, { _id: SIGNING, key: randomBytes(32) }), "key"));
}
