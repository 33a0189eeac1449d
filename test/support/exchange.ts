import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { openDownload } from "../../src/files/open-file.js";
import { receiveFile } from "../../src/files/receive-file.js";
import { readTicket, type Ticket } from "../../src/files/ticket.js";
import type { TestApp } from "./open-test-app.js";

/** How a manifest announces a file of that content. */
export function announced(name: string, content: string | Buffer) {
  const bytes = Buffer.from(content);
  return { name, size: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
}

/** Sends the content to the address that a mutation answered with, as the route of files does. */
export function send({ app }: TestApp, url: string, content: string | Buffer) {
  const ticket = ticketAt(app, url);
  if (ticket.method !== "PUT") throw new Error("The ticket is not for sending.");
  return receiveFile(app, ticket, Readable.from([Buffer.from(content)]));
}

/** What the address of a download gives. */
export async function fetched({ app }: TestApp, url: string): Promise<Buffer> {
  const ticket = ticketAt(app, url);
  if (ticket.method !== "GET") throw new Error("The ticket is not for fetching.");
  return buffer(await (await openDownload(app, ticket)).read());
}

function ticketAt({ vault }: TestApp["app"], url: string): Ticket {
  const ticket = readTicket(vault, url.replace("/files/", ""));
  if (typeof ticket === "string") throw new Error(`The ticket is ${ticket}.`);
  return ticket;
}
