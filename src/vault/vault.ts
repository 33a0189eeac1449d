import type { Credentials } from "../runtime/image-builder.js";

/** Keeps the secrets of treasure chests, sealed. They are never logged, thrown or returned by the API. */
export interface Vault {
  /** Seals and stores a secret, or replaces it. @throws errors that name no value and are masked as INTERNAL. */
  keep(chest: string, version: number, secret: Credentials): Promise<void>;
  /** @throws NOT_FOUND if there is none; an error if it does not open (swapped, damaged, another key). */
  open(chest: string, version: number): Promise<Credentials>;
  /** Deletes every version of a chest. Resolves also if there is none. */
  forget(chest: string): Promise<void>;
  /** Returns an HMAC-SHA256 under a key derived for the purpose. It signs tickets. */
  sign(purpose: string, text: string): Buffer;
}
