import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { type IncomingMessage, request as plainRequest } from "node:http";
import { request as safeRequest } from "node:https";
import { isIPv6, type LookupFunction } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import type { Credentials } from "../../runtime/image-builder.js";
import { masked } from "../../text/masked.js";
import { printable } from "../../text/printable.js";
import { SourceError } from "../source.js";
import { shown } from "../tree/check-tree.js";
import type { LfsPointer } from "../tree/stand-in.js";
import { type Reach, reachOf } from "./git-host.js";

const AT_ONCE = 100;
const MOST_ANSWER = 4 * 1024 * 1024;
const JSON_TYPE = "application/vnd.git-lfs+json";

export interface LfsFile extends LfsPointer {
  readonly path: string;
}

export interface LfsHow {
  /** The address of the repository, or of its LFS server where the repository names one. */
  readonly server: string;
  readonly credentials: Credentials | null;
  readonly allowedOrigins: readonly string[];
  /** A folder of ours: objects lie in it under their hash. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

interface Download {
  readonly href: string;
  readonly header?: Readonly<Record<string, string>>;
}

interface Answered {
  readonly oid: string;
  readonly actions?: { readonly download?: Download };
}

/** Returns the address of a repository's LFS server, as Git LFS finds it. */
export const lfsServerOf = (repository: string): string => {
  const url = repository.replace(/\/+$/, "");
  return `${url.endsWith(".git") ? url : `${url}.git`}/info/lfs`;
};

/**
 * Fetches objects of Git LFS (the batch API, basic transfer) from hosts that git may reach, follows no redirect, and
 * checks length and hash. @throws SourceError that names the file that cannot be had
 */
export async function fetchLfs(files: readonly LfsFile[], how: LfsHow): Promise<void> {
  await mkdir(how.folder, { recursive: true, mode: 0o700 });
  const byOid = new Map(files.map((file) => [file.oid, file]));
  const wanted = [...byOid.values()];
  for (let at = 0; at < wanted.length; at += AT_ONCE) {
    const some = wanted.slice(at, at + AT_ONCE);
    try {
      const answered = await batch(some, how);
      for (const file of some) await download(file, answered.get(file.oid), how);
    } catch (error) {
      how.signal.throwIfAborted();
      const why = masked(printable((error as Error).message), how.credentials).slice(0, 500);
      const more = wanted.length > 1 ? ` and others` : "";
      throw new SourceError(`Files of Git LFS could not be fetched (${shown(some[0]!.path)}${more}): ${why}`);
    }
  }
}

async function batch(files: readonly LfsFile[], how: LfsHow): Promise<Map<string, Download | undefined>> {
  const url = new URL(`${how.server.replace(/\/+$/, "")}/objects/batch`);
  const objects = files.map(({ oid, size }) => ({ oid, size }));
  const body = JSON.stringify({ operation: "download", transfers: ["basic"], hash_algo: "sha256", objects });
  const headers = { accept: JSON_TYPE, "content-type": JSON_TYPE, ...basic(how.credentials) };
  const response = await ask(url, headers, how, body);
  let size = 0;
  response.on("data", (piece: Buffer) => {
    size += piece.length;
    if (size > MOST_ANSWER) response.destroy(new Error("the LFS server's answer is too long"));
  });
  const answer = JSON.parse(await text(response)) as { readonly objects?: readonly Answered[] };
  return new Map((answer.objects ?? []).map(({ oid, actions }) => [oid, actions?.download]));
}

async function download(file: LfsFile, from: Download | undefined, how: LfsHow): Promise<void> {
  if (typeof from?.href !== "string") throw new Error(`the LFS server does not have ${shown(file.path)}`);
  const url = new URL(from.href);
  const own = url.origin === new URL(how.server).origin ? basic(how.credentials) : {};
  const response = await ask(url, { ...own, ...from.header }, how);
  const hash = createHash("sha256");
  let size = 0;
  response.on("data", (piece: Buffer) => {
    hash.update(piece);
    size += piece.length;
    if (size > file.size) response.destroy(new Error(`${shown(file.path)} is larger than its pointer says`));
  });
  await pipeline(response, createWriteStream(join(how.folder, file.oid), { mode: 0o600 }));
  if (size !== file.size || hash.digest("hex") !== file.oid)
    throw new Error(`${shown(file.path)} is other content than its pointer says`);
}

const basic = (credentials: Credentials | null): Record<string, string> =>
  credentials
    ? { authorization: `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64")}` }
    : {};

async function ask(url: URL, headers: Record<string, string>, how: LfsHow, body?: string): Promise<IncomingMessage> {
  const reach = await reachOf(url, how.allowedOrigins);
  const request = url.protocol === "https:" ? safeRequest : plainRequest;
  const method = body === undefined ? "GET" : "POST";
  return new Promise((resolve, reject) => {
    const asking = request(url, { method, headers, signal: how.signal, lookup: pinnedTo(reach) }, (response) => {
      if (response.statusCode === 200) return resolve(response);
      response.resume();
      reject(new Error(`${url.origin} answered ${response.statusCode}`));
    });
    asking.once("error", reject).end(body);
  });
}

/** Asked again, the name could have another address than the one that was checked. */
function pinnedTo({ addresses }: Reach): LookupFunction | undefined {
  if (!addresses) return undefined;
  const all = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
  return ((_host, options, done) =>
    options.all ? done(null, all) : done(null, all[0]!.address, all[0]!.family)) as LookupFunction;
}
