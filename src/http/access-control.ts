import { hash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Settings } from "../settings.js";
import { HttpError } from "./http-error.js";
import { remembered } from "./remembered.js";

const HOST = /^(?<name>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i;
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;
const EVERY_ADDRESS = new Set(["0.0.0.0", "::"]);

/**
 * Returns a check: true if a request names this server as its host.
 *
 * A web page can point a name of its own at the reader's machine. Its origin would then equal that of this server.
 */
export function hostChecker({
  HOST: bound,
  ROCAS_ALLOWED_HOSTS: allowed,
}: Pick<Settings, "HOST" | "ROCAS_ALLOWED_HOSTS">): (host: string | undefined) => boolean {
  const own = new Set(allowed.map((each) => each.toLowerCase()));
  if (!EVERY_ADDRESS.has(bound)) own.add(bound.includes(":") ? `[${bound}]` : bound.toLowerCase());
  return remembered((host) => {
    const name = HOST.exec(host)?.groups?.["name"]?.toLowerCase();
    return name !== undefined && (LOOPBACK.test(name) || own.has(name) || own.has(host.toLowerCase()));
  });
}

const ALLOWED_METHODS = "GET, HEAD, PATCH, POST, PUT, OPTIONS";
const ALLOWED_HEADERS =
  "authorization, content-type, apollo-require-preflight, x-apollo-operation-name, range, if-range, if-none-match, tus-resumable, upload-offset";
const PREFLIGHT_SECONDS = "600";

/** Lets web pages of this server and of the listed origins in. @throws HttpError for a page of another origin. */
export function checkOrigin({ headers }: IncomingMessage, response: ServerResponse, allowed: readonly string[]): void {
  response.setHeader("vary", "Origin");
  const { origin, host } = headers;
  if (origin === undefined || isSameOrigin(origin, host)) return;
  if (!allowed.includes(origin))
    throw new HttpError(
      403,
      "FORBIDDEN",
      "Web pages of this origin may not call Rocas: ROCAS_ALLOWED_ORIGINS lists those that may.",
    );
  response.setHeader("access-control-allow-origin", origin);
  response.setHeader(
    "access-control-expose-headers",
    "x-request-id, retry-after, x-rocas-model-version, x-rocas-revision, x-rocas-replica, x-rocas-sha256, etag, content-range, accept-ranges, tus-resumable, upload-offset, upload-length, rocas-state",
  );
}

/** Answers the preflight request of a browser. */
export function answerPreflight(response: ServerResponse): void {
  response.setHeader("access-control-allow-methods", ALLOWED_METHODS);
  response.setHeader("access-control-allow-headers", ALLOWED_HEADERS);
  response.setHeader("access-control-max-age", PREFLIGHT_SECONDS);
  response.writeHead(204).end();
}

// The scheme differs behind a proxy that speaks TLS. The host has passed its check.
const isSameOrigin = (origin: string, host: string | undefined): boolean =>
  URL.canParse(origin) && /^https?:$/.test(new URL(origin).protocol) && origin.replace(/^https?:\/\//, "") === host;

const BEARER = /^Bearer +(\S+)$/i;

/** Returns the token of an `Authorization` header; undefined if it carries none. */
export const bearerToken = (authorization: string | undefined): string | undefined =>
  BEARER.exec(authorization ?? "")?.[1];

const digestOf = (text: string): Buffer => hash("sha256", text, "buffer");

/**
 * Returns a check: true if an `Authorization` header carries the token. Digests have one length, so the time says
 * nothing of it.
 */
export function tokenChecker(token: string): (authorization: string | undefined) => boolean {
  const expected = digestOf(token);
  return (authorization) => timingSafeEqual(digestOf(bearerToken(authorization) ?? ""), expected) && token !== "";
}
