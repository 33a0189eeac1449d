import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { mongo } from "mongoose";
import { type KeyRingSettings, openKeyRing } from "../../src/vault/sealed-store/open-key-ring.js";
import type { SecretCollection } from "../../src/vault/sealed-store/sealed-secrets.js";
import { SealedStoreVault } from "../../src/vault/sealed-store/sealed-store-vault.js";
import { openTestDatabase } from "./open-test-database.js";

/** A vault in a store and a data folder of its own; `restart` opens it again as the next start of the server does. */
export async function openSealedVault(changed: Partial<KeyRingSettings> = {}) {
  const database = await openTestDatabase();
  const data = await mkdtemp(join(tmpdir(), "rocas-vault-"));
  const secrets = database.connection.collection("secrets");
  const made: string[] = [];
  const restart = async (again: Partial<KeyRingSettings> = changed) => {
    const settings = { data, keyFile: "", embedded: true, cluster: "reef", ...again };
    const keys = await openKeyRing(settings, secrets as unknown as SecretCollection, (path) => made.push(path));
    return new SealedStoreVault(secrets as unknown as SecretCollection, keys, settings.cluster);
  };
  return {
    vault: await restart(),
    restart,
    secrets: secrets as unknown as mongo.Collection<{ _id: string }>,
    data,
    made,
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]();
      await rm(data, { recursive: true, force: true });
    },
  };
}
