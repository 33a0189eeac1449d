import type { IncomingMessage } from "node:http";

type Headers = Record<string, string | string[]>;

/** Headers of one connection (RFC 9110, 7.6.1), named by `Connection` or not. */
const HOP_BY_HOP = [
  "connection",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "http2-settings",
  "expect",
];
/** Headers for this server. A replica runs code of users and gets no token or cookie. */
const OURS = ["host", "authorization", "cookie", "content-length", "forwarded", "via", "x-real-ip"];
const OURS_BY_PREFIX = /^(?:proxy-|x-forwarded-|x-rocas-)/;
// A list of the allowed, since a hostile replica could act in this server's name by Set-Cookie, Location or
// X-Accel-Redirect.
const ANSWERED = ["content-type", "content-length", "content-encoding", "content-language", "retry-after"];

/** Returns the headers for the replica. The caller adds the length of the body. */
export function headersForReplica({ rawHeaders, headers }: IncomingMessage): Headers {
  const named = (headers.connection ?? "")
    .toLowerCase()
    .split(",")
    .map((each) => each.trim());
  const dropped = new Set([...HOP_BY_HOP, ...OURS, ...named]);
  const passed: Record<string, string[]> = {};
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!.toLowerCase();
    if (!dropped.has(name) && !OURS_BY_PREFIX.test(name)) (passed[name] ??= []).push(rawHeaders[at + 1]!);
  }
  return passed;
}

/** Returns the headers for the client, harmless for a browser. */
export function headersForClient({ headers }: IncomingMessage): Headers {
  const passed: Headers = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "sandbox; default-src 'none'",
    "cache-control": "no-store",
  };
  for (const name of ANSWERED) if (headers[name] !== undefined) passed[name] = headers[name];
  return passed;
}

/** Returns a text as the value of a header, percent-encoded if it is not plain. */
export const asHeaderValue = (text: string): string =>
  [...text].map((sign) => (/[\x21-\x24\x26-\x2b\x2d-\x7e]/.test(sign) ? sign : encodeURIComponent(sign))).join("");
