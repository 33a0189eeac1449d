import { createHmac, randomBytes } from "node:crypto";
import { DomainError } from "../../src/errors.js";
import type { Credentials } from "../../src/runtime/image-builder.js";
import type { Vault } from "../../src/vault/vault.js";

/** Keeps secrets in memory, for tests whose subject is not the vault. */
export class FakeVault implements Vault {
  private readonly chests = new Map<string, Map<number, Credentials>>();
  private readonly key = randomBytes(32);

  async keep(chest: string, version: number, secret: Credentials): Promise<void> {
    this.chests.set(chest, new Map(this.chests.get(chest)).set(version, secret));
  }

  async open(chest: string, version: number): Promise<Credentials> {
    const secret = this.chests.get(chest)?.get(version);
    if (!secret) throw new DomainError("NOT_FOUND", "The treasure chest holds no secret of this version.");
    return secret;
  }

  async forget(chest: string): Promise<void> {
    this.chests.delete(chest);
  }

  sign(purpose: string, text: string): Buffer {
    return createHmac("sha256", this.key)
      .update(JSON.stringify([purpose, text]))
      .digest();
  }
}
