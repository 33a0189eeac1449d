import { createHash } from "node:crypto";
import type { Vault } from "../vault/vault.js";

export const hashOfToken = (token: string): string => createHash("sha256").update(token).digest("hex");

/**
 * The run token of an attempt, from the name of its container: whoever carries the job on after a crash makes the same
 * one, and only its hash is ever stored.
 */
export const runToken = (vault: Pick<Vault, "sign">, container: string): string =>
  vault.sign("run-token", container).toString("base64url");

export const runTokenHash = (vault: Pick<Vault, "sign">, container: string): string =>
  hashOfToken(runToken(vault, container));
