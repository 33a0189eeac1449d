import type { Credentials } from "../runtime/image-builder.js";

/** Masks the credentials in all encodings in which a program could echo them. */
export function masked(text: string, credentials: Credentials | null): string {
  if (!credentials?.password) return text;
  const { username, password } = credentials;
  const pair = Buffer.from(`${username}:${password}`);
  const alone = Buffer.from(password);
  const ways = [pair, alone].flatMap((each) => [
    each.toString("base64"),
    each.toString("base64url"),
    each.toString("hex"),
  ]);
  const without = [...ways, encodeURIComponent(password), JSON.stringify(password).slice(1, -1), password]
    .sort((a, b) => b.length - a.length)
    .reduce((masking, way) => masking.replaceAll(way, "***"), text);
  if (username === "") return without;
  return [encodeURIComponent(username), username].reduce(
    (masking, way) => masking.replaceAll(asWord(way), "***"),
    without,
  );
}

/** Matches a name only as a whole word: `ann`, not `annual`. */
export const asWord = (name: string): RegExp =>
  new RegExp(`(?<![\\p{L}\\p{N}])${name.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")}(?![\\p{L}\\p{N}])`, "gu");
