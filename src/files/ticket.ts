import { timingSafeEqual } from "node:crypto";
import { MINUTE_MS } from "../units.js";
import type { Vault } from "../vault/vault.js";

/** Permission to send one file of a record. */
export interface UploadTicket {
  readonly method: "PUT";
  readonly record: string;
  readonly name: string;
  readonly size: number;
  readonly sha256: string;
}

/** Permission to fetch one file of a record, or the whole if the name is null. */
export interface DownloadTicket {
  readonly method: "GET";
  readonly record: string;
  readonly name: string | null;
}

export type Ticket = UploadTicket | DownloadTicket;

const PURPOSE = "ticket";
const LIFETIME_MS = 15 * MINUTE_MS;
/** Maximum length: a name of 1,024 bytes fits, escaped and in base64. */
const MAX_LENGTH = 4_096;

/**
 * Returns the ticket as text for a URL. It is signed and complete, so that nothing is stored. Expiry in whole minutes
 * makes a repeated request return the same text.
 */
export function issueTicket(vault: Vault, ticket: Ticket, now = new Date()): string {
  const expires = ticketExpiry(now).getTime() / MINUTE_MS;
  const payload =
    ticket.method === "PUT"
      ? [expires, "PUT", ticket.record, ticket.name, ticket.size, ticket.sha256]
      : [expires, "GET", ticket.record, ticket.name];
  const text = Buffer.from(JSON.stringify(payload)).toString("base64url");
  return `${text}.${signatureOf(vault, text)}`;
}

/** Returns the expiry of a ticket issued at that time. */
export const ticketExpiry = (now: Date): Date =>
  new Date(Math.ceil((now.getTime() + LIFETIME_MS) / MINUTE_MS) * MINUTE_MS);

/** Returns the ticket, or why it is refused. Only signed text is parsed. */
export function readTicket(vault: Vault, text: string, now = new Date()): Ticket | "forged" | "expired" {
  const [payload, signature, ...rest] = text.length <= MAX_LENGTH ? text.split(".") : [];
  if (!payload || !signature || rest.length > 0) return "forged";
  const [presented, expected] = [Buffer.from(signature), Buffer.from(signatureOf(vault, payload))];
  if (presented.length !== expected.length || !timingSafeEqual(presented, expected)) return "forged";
  const [expires, method, record, name, size, sha256] = JSON.parse(Buffer.from(payload, "base64url").toString());
  if (now.getTime() >= expires * MINUTE_MS) return "expired";
  return method === "PUT" ? { method, record, name, size, sha256 } : { method, record, name };
}

const signatureOf = (vault: Vault, text: string): string => vault.sign(PURPOSE, text).toString("base64url");
