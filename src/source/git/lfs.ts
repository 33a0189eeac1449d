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
import { MIB } from "../../units.js";
import { SourceError } from "../source.js";
import { quotedPath } from "../tree/check-tree.js";
import type { LfsPointer } from "../tree/placeholders.js";
import { type CheckedAddresses, checkedAddresses } from "./git-host.js";

const BATCH_SIZE = 100;
const MAX_ANSWER_BYTES = 4 * MIB;
const JSON_TYPE = "application/vnd.git-lfs+json";

export interface LfsFile extends LfsPointer {
  readonly path: string;
}

export interface LfsOptions {
  /** The address of the repository, or of the LFS server that the repository names. */
  readonly server: string;
  readonly credentials: Credentials | null;
  readonly allowedOrigins: readonly string[];
  /** A scratch folder: objects lie in it under their hash. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

interface Download {
  readonly href: string;
  readonly header?: Readonly<Record<string, string>>;
}

interface BatchObject {
  readonly oid: string;
  readonly actions?: { readonly download?: Download };
}

/** Returns the address of a repository's LFS server by the rule of Git LFS. */
export const lfsServerOf = (repository: string): string => {
  const url = repository.replace(/\/+$/, "");
  return `${url.endsWith(".git") ? url : `${url}.git`}/info/lfs`;
};

/**
 * Fetches objects of Git LFS (batch API, basic transfer) from allowed hosts. It follows no redirect, and checks length
 * and hash.
 * @throws SourceError naming the first file that failed.
 */
export async function fetchLfs(files: readonly LfsFile[], options: LfsOptions): Promise<void> {
  await mkdir(options.folder, { recursive: true, mode: 0o700 });
  const byOid = new Map(files.map((file) => [file.oid, file]));
  const distinct = [...byOid.values()];
  for (let at = 0; at < distinct.length; at += BATCH_SIZE) {
    const some = distinct.slice(at, at + BATCH_SIZE);
    try {
      const answered = await requestBatch(some, options);
      for (const file of some) await download(file, answered.get(file.oid), options);
    } catch (error) {
      options.signal.throwIfAborted();
      const why = masked(printable((error as Error).message), options.credentials).slice(0, 500);
      const more = distinct.length > 1 ? ` and others` : "";
      throw new SourceError(`Files of Git LFS could not be fetched (${quotedPath(some[0]!.path)}${more}): ${why}`);
    }
  }
}

async function requestBatch(
  files: readonly LfsFile[],
  options: LfsOptions,
): Promise<Map<string, Download | undefined>> {
  const url = new URL(`${options.server.replace(/\/+$/, "")}/objects/batch`);
  const objects = files.map(({ oid, size }) => ({ oid, size }));
  const body = JSON.stringify({ operation: "download", transfers: ["basic"], hash_algo: "sha256", objects });
  const headers = { accept: JSON_TYPE, "content-type": JSON_TYPE, ...basicAuth(options.credentials) };
  const response = await send(url, headers, options, body);
  let size = 0;
  response.on("data", (piece: Buffer) => {
    size += piece.length;
    if (size > MAX_ANSWER_BYTES) response.destroy(new Error("the LFS server's answer is too long"));
  });
  const answer = JSON.parse(await text(response)) as { readonly objects?: readonly BatchObject[] };
  return new Map((answer.objects ?? []).map(({ oid, actions }) => [oid, actions?.download]));
}

async function download(file: LfsFile, from: Download | undefined, options: LfsOptions): Promise<void> {
  if (typeof from?.href !== "string") throw new Error(`the LFS server does not have ${quotedPath(file.path)}`);
  const url = new URL(from.href);
  const own = url.origin === new URL(options.server).origin ? basicAuth(options.credentials) : {};
  const response = await send(url, { ...own, ...from.header }, options);
  const hash = createHash("sha256");
  let size = 0;
  response.on("data", (piece: Buffer) => {
    hash.update(piece);
    size += piece.length;
    if (size > file.size) response.destroy(new Error(`${quotedPath(file.path)} is larger than its pointer says`));
  });
  await pipeline(response, createWriteStream(join(options.folder, file.oid), { mode: 0o600 }));
  if (size !== file.size || hash.digest("hex") !== file.oid)
    throw new Error(`${quotedPath(file.path)} is other content than its pointer says`);
}

const basicAuth = (credentials: Credentials | null): Record<string, string> =>
  credentials
    ? { authorization: `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64")}` }
    : {};

async function send(
  url: URL,
  headers: Record<string, string>,
  options: LfsOptions,
  body?: string,
): Promise<IncomingMessage> {
  const reach = await checkedAddresses(url, options.allowedOrigins);
  const request = url.protocol === "https:" ? safeRequest : plainRequest;
  const method = body === undefined ? "GET" : "POST";
  return new Promise((resolve, reject) => {
    const asking = request(
      url,
      { method, headers, signal: options.signal, lookup: pinnedLookup(reach) },
      (response) => {
        if (response.statusCode === 200) return resolve(response);
        response.resume();
        reject(new Error(`${url.origin} answered ${response.statusCode}`));
      },
    );
    asking.once("error", reject).end(body);
  });
}

/** A second lookup could return another address than the one that was checked. */
function pinnedLookup({ addresses }: CheckedAddresses): LookupFunction | undefined {
  if (!addresses) return undefined;
  const all = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
  return ((_host, options, done) =>
    options.all ? done(null, all) : done(null, all[0]!.address, all[0]!.family)) as LookupFunction;
}
