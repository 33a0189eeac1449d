import type { IncomingMessage } from "node:http";

type Headers = Record<string, string | string[]>;

/** Of one connection only (RFC 9110, 7.6.1), whether `Connection` names them or not. */
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
/** Meant for us: a replica runs code of its users, and neither a token nor a cookie of ours is any of its business. */
const OURS = ["host", "authorization", "cookie", "content-length", "forwarded", "via", "x-real-ip"];
const OURS_BY_PREFIX = /^(?:proxy-|x-forwarded-|x-rocas-)/;
// An enumeration, not an exclusion: a replica may be hostile, and a header such as Set-Cookie, Location or
// X-Accel-Redirect acts on the browser, or on a proxy in front of us, in our name.
const ANSWERED = ["content-type", "content-length", "content-encoding", "content-language", "retry-after"];

/** Returns the headers of the request that its replica is given. The caller adds the length of the body. */
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

/** Returns the headers of the replica that the client is given, made harmless for a browser. */
export function headersForClient({ headers }: IncomingMessage): Headers {
  const passed: Headers = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "sandbox; default-src 'none'",
    "cache-control": "no-store",
  };
  for (const name of ANSWERED) if (headers[name] !== undefined) passed[name] = headers[name];
  return passed;
}

/** Text of any kind as the value of a header: whatever is not plain is percent-encoded. */
export const asHeaderValue = (text: string): string =>
  [...text].map((sign) => (/[\x21-\x24\x26-\x2b\x2d-\x7e]/.test(sign) ? sign : encodeURIComponent(sign))).join("");
