import type { IncomingMessage, ServerResponse } from "node:http";
import { HttpRefusal } from "./refusal.js";

const METHODS = "GET, HEAD, PATCH, POST, PUT, OPTIONS";
const HEADERS =
  "authorization, content-type, apollo-require-preflight, x-apollo-operation-name, range, if-range, if-none-match, tus-resumable, upload-offset";
const SECONDS = "600";

/**
 * Lets web pages of this server and of the listed origins in, and no others: not to read, not to send.
 * @throws HttpRefusal for a page of another origin.
 */
export function checkOrigin({ headers }: IncomingMessage, response: ServerResponse, allowed: readonly string[]): void {
  response.setHeader("vary", "Origin");
  const { origin, host } = headers;
  if (origin === undefined || isSameOrigin(origin, host)) return;
  if (!allowed.includes(origin))
    throw new HttpRefusal(
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

/** Answers the question that a browser asks before a request of another origin. */
export function answerPreflight(response: ServerResponse): void {
  response.setHeader("access-control-allow-methods", METHODS);
  response.setHeader("access-control-allow-headers", HEADERS);
  response.setHeader("access-control-max-age", SECONDS);
  response.writeHead(204).end();
}

// Behind a proxy that speaks TLS the scheme differs; the host, which the Host check has let pass, is what counts.
const isSameOrigin = (origin: string, host: string | undefined): boolean =>
  URL.canParse(origin) && /^https?:$/.test(new URL(origin).protocol) && origin.replace(/^https?:\/\//, "") === host;
