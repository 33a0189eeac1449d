import { createHash, timingSafeEqual } from "node:crypto";

const BEARER = /^Bearer +(\S+)$/i;

/** Returns the token of an `Authorization` header; undefined if it carries none. */
export const bearerIn = (authorization: string | undefined): string | undefined =>
  BEARER.exec(authorization ?? "")?.[1];

const digestOf = (text: string): Buffer => createHash("sha256").update(text).digest();

/**
 * True if the `Authorization` header carries the token. Digests are compared, whose lengths are equal: neither the time
 * that it takes nor the length of what was sent tells anything about the token.
 */
export function carriesToken(authorization: string | undefined, token: string): boolean {
  const given = bearerIn(authorization) ?? "";
  return timingSafeEqual(digestOf(given), digestOf(token)) && token !== "";
}
