import { randomBytes } from "node:crypto";
import { DomainError } from "../../errors.js";
import type { Credentials } from "../../runtime/image-builder.js";
import type { Vault } from "../vault.js";
import type { KeyRing } from "./key-ring.js";
import { seal, secretBytes, type SecretCollection, unseal } from "./sealed-secrets.js";

const CHEST_ID = /^\w{1,128}$/;

/**
 * Keeps secrets in the database, each under its own data key, which the master key seals. Both are bound to chest,
 * version and cluster: copied elsewhere they do not open.
 */
export class SealedStoreVault implements Vault {
  // Private at run time, so that a logged vault shows no key.
  readonly #secrets: SecretCollection;
  readonly #keys: KeyRing;

  constructor(
    secrets: SecretCollection,
    keys: KeyRing,
    private readonly cluster: string,
  ) {
    this.#secrets = secrets;
    this.#keys = keys;
  }

  async keep(chest: string, version: number, { username, password }: Credentials): Promise<void> {
    const id = idOf(chest, version);
    const master = this.#keys.current;
    if (!master)
      throw new DomainError(
        "FORBIDDEN",
        "Treasure chests need a master key: whoever runs this server names a file of 32 random bytes by ROCAS_KEY_FILE.",
      );
    const dataKey = randomBytes(32);
    const plain = Buffer.from(JSON.stringify([username, password]));
    const wrapping = master.keyFor("wrap");
    try {
      const key = seal(wrapping, dataKey, this.boundTo("key", chest, version));
      const sealed = seal(dataKey, plain, this.boundTo("secret", chest, version));
      await this.#secrets.replaceOne({ _id: id }, { _id: id, master: master.id, key, sealed }, { upsert: true });
    } finally {
      for (const bytes of [dataKey, plain, wrapping]) bytes.fill(0);
    }
  }

  async open(chest: string, version: number): Promise<Credentials> {
    const secret = await this.#secrets.findOne({ _id: idOf(chest, version) });
    if (!secret) throw new DomainError("NOT_FOUND", "The treasure chest holds no secret of this version.");
    const master = this.#keys.key(String(secret["master"]));
    if (!master) throw new Error(`The master key of the stored secret ${secret._id} is not there.`);
    const wrapping = master.keyFor("wrap");
    const dataKey = unseal(wrapping, secretBytes(secret, "key"), this.boundTo("key", chest, version));
    const plain = unseal(dataKey, secretBytes(secret, "sealed"), this.boundTo("secret", chest, version));
    try {
      const [username, password] = JSON.parse(plain.toString()) as [string, string];
      return { username, password };
    } finally {
      for (const bytes of [dataKey, plain, wrapping]) bytes.fill(0);
    }
  }

  async forget(chest: string): Promise<void> {
    if (!CHEST_ID.test(chest)) return;
    // `/` follows `.`: all versions of this chest.
    await this.#secrets.deleteMany({ _id: { $gte: `${chest}.`, $lt: `${chest}/` } });
  }

  sign(purpose: string, text: string): Buffer {
    return this.#keys.sign(purpose, text);
  }

  private boundTo(what: "key" | "secret", chest: string, version: number): string {
    return JSON.stringify([what, chest, version, this.cluster]);
  }
}

function idOf(chest: string, version: number): string {
  if (!CHEST_ID.test(chest) || !Number.isSafeInteger(version))
    throw new Error("A chest is named by its id and version.");
  return `${chest}.${version}`;
}
