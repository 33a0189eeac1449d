/** The stored secret of one version of a chest, or of the vault itself. The driver gives bytes back as its own Binary. */
export interface SecretDocument {
  readonly _id: string;
  readonly [field: string]: unknown;
}

/** As much of the driver's collection as the vault needs: `connection.collection("secrets")` is one. */
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

/** Inserts unless another did; gives what is there then. */
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
