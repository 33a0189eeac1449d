import { createHash } from "node:crypto";
import type { Vault } from "../vault/vault.js";

export const hashToken = (token: string): string => createHash("sha256").update(token).digest("hex");

/** Returns the run token of an attempt. Any process makes the same one from the name, so that only its hash is stored. */
export const runToken = (vault: Pick<Vault, "sign">, container: string): string =>
  vault.sign("run-token", container).toString("base64url");

export const runTokenHash = (vault: Pick<Vault, "sign">, container: string): string =>
  hashToken(runToken(vault, container));
