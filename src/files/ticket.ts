import { timingSafeEqual } from "node:crypto";
import type { Vault } from "../vault/vault.js";

/** Leave to send one declared file of a record. */
export interface UploadTicket {
  readonly method: "PUT";
  readonly record: string;
  readonly name: string;
  readonly size: number;
  readonly sha256: string;
}

/** Leave to fetch one file of a record, or the whole record as a tar.gz where the name is null. */
export interface DownloadTicket {
  readonly method: "GET";
  readonly record: string;
  readonly name: string | null;
}

export type Ticket = UploadTicket | DownloadTicket;

const PURPOSE = "ticket";
const LIFETIME_MS = 15 * 60_000;
const MINUTE_MS = 60_000;
/** Longest text that is looked at: a name of 1,024 bytes, escaped and in base64, with all else stays below. */
const MAX_LENGTH = 4_096;

/**
 * The ticket as text for a URL. It holds all that it grants, signed, so nothing is stored; whole minutes make a repeated
 * request give the same ticket again.
 */
export function issueTicket(vault: Vault, ticket: Ticket, now = new Date()): string {
  const expires = ticketExpiry(now).getTime() / MINUTE_MS;
  const granted =
    ticket.method === "PUT"
      ? [expires, "PUT", ticket.record, ticket.name, ticket.size, ticket.sha256]
      : [expires, "GET", ticket.record, ticket.name];
  const text = Buffer.from(JSON.stringify(granted)).toString("base64url");
  return `${text}.${signatureOf(vault, text)}`;
}

/** Returns the time until which a ticket issued at that moment is good. */
export const ticketExpiry = (now: Date): Date =>
  new Date(Math.ceil((now.getTime() + LIFETIME_MS) / MINUTE_MS) * MINUTE_MS);

/** Returns what the text grants, or why it grants nothing. Only what carries our signature is ever parsed. */
export function readTicket(vault: Vault, text: string, now = new Date()): Ticket | "forged" | "expired" {
  const [granted, signature, ...rest] = text.length <= MAX_LENGTH ? text.split(".") : [];
  if (!granted || !signature || rest.length > 0) return "forged";
  const [presented, expected] = [Buffer.from(signature), Buffer.from(signatureOf(vault, granted))];
  if (presented.length !== expected.length || !timingSafeEqual(presented, expected)) return "forged";
  const [expires, method, record, name, size, sha256] = JSON.parse(Buffer.from(granted, "base64url").toString());
  if (now.getTime() >= expires * MINUTE_MS) return "expired";
  return method === "PUT" ? { method, record, name, size, sha256 } : { method, record, name };
}

const signatureOf = (vault: Vault, text: string): string => vault.sign(PURPOSE, text).toString("base64url");
