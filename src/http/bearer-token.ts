import { createHash, timingSafeEqual } from "node:crypto";

const BEARER = /^Bearer +(\S+)$/i;
const digestOf = (text: string): Buffer => createHash("sha256").update(text).digest();

/**
 * Whether the `Authorization` header carries the token. Digests are compared, whose lengths are equal: neither the time
 * that it takes nor the length of what was sent tells anything about the token.
 */
export function carriesToken(authorization: string | undefined, token: string): boolean {
  const given = BEARER.exec(authorization ?? "")?.[1] ?? "";
  return timingSafeEqual(digestOf(given), digestOf(token)) && token !== "";
}
