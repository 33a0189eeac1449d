import { posix } from "node:path";
import { setImmediate } from "node:timers/promises";
import { SourceError } from "../source.js";
import type { TreeEntry } from "./tree-entry.js";

type Token =
  | { readonly kind: "sign"; readonly fits: (sign: string) => boolean }
  /** `*`: signs of one name. */
  | { readonly kind: "some" }
  /** `**` before more: nothing, or whole folders. */
  | { readonly kind: "folders" }
  /** `**` at the end. */
  | { readonly kind: "all" };

interface Rule {
  readonly tokens: readonly Token[];
  readonly keeps: boolean;
}

const MOST_BYTES = 64 * 1024;
const MOST_RULES = 500;

/**
 * The rules of a `.dockerignore`, as the engine reads them. They come from strangers, so each path is matched in time
 * proportional to its length: as regular expressions, some patterns would hold the process for years.
 */
export class DockerIgnore {
  private readonly rules: readonly Rule[];
  /** True if something below an ignored folder may be kept all the same. */
  readonly hasExceptions: boolean;

  /** @throws SourceError if there are too many rules. */
  constructor(text: string) {
    const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
    this.rules = lines.filter((line) => !line.startsWith("#")).flatMap((line) => ruleOf(line.trim()));
    if (text.length > MOST_BYTES || this.rules.length > MOST_RULES)
      throw new SourceError(`The .dockerignore has more than ${MOST_RULES} rules or 64 KiB.`);
    this.hasExceptions = this.rules.some((rule) => rule.keeps);
  }

  /** The last rule that matches the path or a folder above it decides. */
  ignores(path: string): boolean {
    const signs = [...path];
    return this.rules.findLast((rule) => matches(rule.tokens, signs))?.keeps === false;
  }
}

function ruleOf(line: string): Rule[] {
  const keeps = line.startsWith("!");
  const text = keeps ? line.slice(1).trim() : line;
  if (text === "") return [];
  const pattern = posix.normalize(text).replace(/^\//, "").replace(/\/$/, "");
  return pattern === "" ? [] : [{ tokens: tokensOf([...pattern]), keeps }];
}

function tokensOf(signs: readonly string[]): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < signs.length; at += 1) {
    const sign = signs[at]!;
    if (sign === "*" && signs[at + 1] === "*") {
      at += signs[at + 2] === "/" ? 2 : 1;
      tokens.push({ kind: at + 1 >= signs.length ? "all" : "folders" });
    } else if (sign === "*") tokens.push({ kind: "some" });
    else if (sign === "?") tokens.push({ kind: "sign", fits: (each) => each !== "/" });
    else if (sign === "[" && signs.indexOf("]", at + 2) > 0) {
      const end = signs.indexOf("]", at + 2);
      tokens.push({ kind: "sign", fits: oneOf(signs.slice(at + 1, end)) });
      at = end;
    } else {
      if (sign === "\\" && at + 1 < signs.length) at += 1;
      const literal = signs[at]!;
      tokens.push({ kind: "sign", fits: (each) => each === literal });
    }
  }
  return tokens;
}

/** A class as in `[a-z]` and `[^0-9]`. */
function oneOf(inside: readonly string[]): (sign: string) => boolean {
  const negated = inside[0] === "^";
  const ranges: [string, string][] = [];
  for (let at = negated ? 1 : 0; at < inside.length; at += 1) {
    const first = inside[at]!;
    const ranged = inside[at + 1] === "-" && at + 2 < inside.length;
    ranges.push([first, ranged ? inside[at + 2]! : first]);
    if (ranged) at += 2;
  }
  return (sign) => sign !== "/" && ranges.some(([from, to]) => sign >= from && sign <= to) !== negated;
}

/** Follows all ways through the pattern at once; a match that ends before a slash is one of a folder above. */
function matches(tokens: readonly Token[], signs: readonly string[]): boolean {
  let places = reach(tokens, new Set([0]), true);
  for (const sign of signs) {
    if (sign === "/" && places.has(tokens.length)) return true;
    const next = new Set<number>();
    for (const place of places) {
      const token = tokens[place];
      if (token?.kind === "sign" && token.fits(sign)) next.add(place + 1);
      else if (token?.kind === "some" && sign !== "/") next.add(place);
      else if (token?.kind === "folders" || token?.kind === "all") next.add(place);
    }
    places = reach(tokens, next, sign === "/");
    if (places.size === 0) return false;
  }
  return places.has(tokens.length);
}

/** The places from which the pattern goes on without taking a sign. */
function reach(tokens: readonly Token[], places: Set<number>, atName: boolean): Set<number> {
  // A set visits what is added to it on the way.
  for (const place of places) {
    const kind = tokens[place]?.kind;
    if (kind === "some" || kind === "all" || (kind === "folders" && atName)) places.add(place + 1);
  }
  return places;
}

/** Of which the first that is there counts, as BuildKit reads them. */
export const IGNORE_FILES = ["Dockerfile.dockerignore", ".dockerignore"] as const;

/** The engine is given these in any case: it reads both. */
export const ALWAYS_KEPT: ReadonlySet<string> = new Set(["Dockerfile", ".dockerignore"]);

const AT_ONCE = 200;

/** Returns the entries that `.dockerignore` leaves; a folder that it names stays where something in it does. @throws SourceError */
export async function withoutIgnored<E extends TreeEntry>(entries: readonly E[], rules: string): Promise<E[]> {
  const ignore = new DockerIgnore(rules);
  const kept = new Set<string>();
  for (const [number, { path, kind }] of entries.entries()) {
    // Many names and many rules take a while, in which others have their turn.
    if (number % AT_ONCE === 0) await setImmediate();
    if (ignore.ignores(path) && !ALWAYS_KEPT.has(path)) continue;
    kept.add(path);
    if (kind !== "folder")
      for (let above = posix.dirname(path); above !== "."; above = posix.dirname(above)) kept.add(above);
  }
  return entries.filter(({ path }) => kept.has(path));
}
