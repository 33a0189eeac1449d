import type { Credentials } from "../runtime/image-builder.js";

/** Keeps the secrets of treasure chests, sealed before they are stored. Nothing here is ever logged, thrown or returned by the API. */
export interface Vault {
  /** Seals and stores; a repeated call for the same chest and version replaces. @throws INTERNAL-masked errors that name no value. */
  keep(chest: string, version: number, secret: Credentials): Promise<void>;
  /** @throws NOT_FOUND if nothing is kept; an error where it does not open (swapped, damaged, another key). */
  open(chest: string, version: number): Promise<Credentials>;
  /** Forgets every version of the chest. Resolves also when there is none. */
  forget(chest: string): Promise<void>;
  /** HMAC-SHA256 under a key derived from the master key for the purpose: what tickets are signed with. */
  sign(purpose: string, text: string): Buffer;
}
