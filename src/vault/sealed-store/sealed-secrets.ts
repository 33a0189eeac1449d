import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

const NONCE = 12;
const TAG = 16;

/** Encrypts by AES-256-GCM: random nonce, tag, ciphertext. Opening needs the same `boundTo`. */
export function seal(key: Buffer, plain: Buffer, boundTo: string): Buffer {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(boundTo));
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
}

/** @throws if key, bytes or `boundTo` differ from those of sealing. */
export function unseal(key: Buffer, sealed: Buffer, boundTo: string): Buffer {
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, NONCE), { authTagLength: TAG });
  decipher.setAAD(Buffer.from(boundTo)).setAuthTag(sealed.subarray(NONCE, NONCE + TAG));
  return Buffer.concat([decipher.update(sealed.subarray(NONCE + TAG)), decipher.final()]);
}

/** A stored secret of a chest version, or of the vault itself. The driver returns bytes as Binary. */
export interface SecretDocument {
  readonly _id: string;
  readonly [field: string]: unknown;
}

/** The part of a collection that the vault needs. */
export interface SecretCollection {
  findOne(filter: { _id: string }): Promise<SecretDocument | null>;
  insertOne(secret: SecretDocument): Promise<unknown>;
  replaceOne(filter: { _id: string }, secret: SecretDocument, options: { upsert: true }): Promise<unknown>;
  deleteMany(filter: { _id: { $gte: string; $lt: string } }): Promise<unknown>;
}

/** @throws if the field holds no bytes. */
export function secretBytes(secret: SecretDocument, field: string): Buffer {
  const value = secret[field];
  if (value instanceof Uint8Array) return Buffer.from(value);
  const inner = (value as { buffer?: unknown; position?: number } | undefined)?.buffer;
  if (inner instanceof Uint8Array) return Buffer.from(inner.subarray(0, (value as { position: number }).position));
  throw new Error(`The stored secret ${secret._id} is damaged.`);
}

/** Inserts a document, or returns the one that is there. */
export async function insertOnce(secrets: SecretCollection, secret: SecretDocument): Promise<SecretDocument> {
  try {
    await secrets.insertOne(secret);
    return secret;
  } catch (error) {
    if ((error as { code?: unknown }).code !== 11000) throw error;
    const found = await secrets.findOne({ _id: secret._id });
    if (!found) throw error;
    return found;
  }
}
