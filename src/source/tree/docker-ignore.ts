import { posix } from "node:path";
import { setImmediate } from "node:timers/promises";
import { SourceError } from "../source.js";
import type { TreeEntry } from "./tree-entry.js";

type Token =
  | { readonly kind: "character"; readonly fits: (character: string) => boolean }
  /** `*`: characters of one name. */
  | { readonly kind: "some" }
  /** `**` before more: nothing, or whole folders. */
  | { readonly kind: "folders" }
  /** `**` at the end. */
  | { readonly kind: "all" };

interface Rule {
  readonly tokens: readonly Token[];
  readonly keeps: boolean;
}

const MAX_BYTES = 64 * 1024;
const MAX_RULES = 500;

/**
 * The rules of a `.dockerignore`, as the engine reads them. Strangers write them, so matching takes time linear in the
 * path: as regular expressions, some patterns would block the process for years.
 */
export class DockerIgnore {
  private readonly rules: readonly Rule[];
  /** The engine always gets these: it reads both. */
  private readonly alwaysKept: ReadonlySet<string>;
  /** True if something can be kept below an ignored folder. */
  readonly hasExceptions: boolean;

  /**
   * @param dockerfile its path, which is never ignored
   * @throws SourceError if there are too many rules
   */
  constructor(text: string, dockerfile = "Dockerfile") {
    this.alwaysKept = new Set([dockerfile, ".dockerignore"]);
    const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
    this.rules = lines.filter((line) => !line.startsWith("#")).flatMap((line) => ruleOf(line.trim()));
    if (text.length > MAX_BYTES || this.rules.length > MAX_RULES)
      throw new SourceError(`The .dockerignore has more than ${MAX_RULES} rules or 64 KiB.`);
    this.hasExceptions = dockerfile.includes("/") || this.rules.some((rule) => rule.keeps);
  }

  /** The last rule that matches the path or a folder above it decides. */
  ignores(path: string): boolean {
    if (this.alwaysKept.has(path)) return false;
    const characters = [...path];
    return this.rules.findLast((rule) => matches(rule.tokens, characters))?.keeps === false;
  }
}

function ruleOf(line: string): Rule[] {
  const keeps = line.startsWith("!");
  const text = keeps ? line.slice(1).trim() : line;
  if (text === "") return [];
  const pattern = posix.normalize(text).replace(/^\//, "").replace(/\/$/, "");
  return pattern === "" ? [] : [{ tokens: tokensOf([...pattern]), keeps }];
}

function tokensOf(characters: readonly string[]): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at]!;
    if (character === "*" && characters[at + 1] === "*") {
      at += characters[at + 2] === "/" ? 2 : 1;
      tokens.push({ kind: at + 1 >= characters.length ? "all" : "folders" });
    } else if (character === "*") tokens.push({ kind: "some" });
    else if (character === "?") tokens.push({ kind: "character", fits: (each) => each !== "/" });
    else if (character === "[" && characters.indexOf("]", at + 2) > 0) {
      const end = characters.indexOf("]", at + 2);
      tokens.push({ kind: "character", fits: oneOf(characters.slice(at + 1, end)) });
      at = end;
    } else {
      if (character === "\\" && at + 1 < characters.length) at += 1;
      const literal = characters[at]!;
      tokens.push({ kind: "character", fits: (each) => each === literal });
    }
  }
  return tokens;
}

/** Matches a class such as `[a-z]` or `[^0-9]`. */
function oneOf(inside: readonly string[]): (character: string) => boolean {
  const negated = inside[0] === "^";
  const ranges: [string, string][] = [];
  for (let at = negated ? 1 : 0; at < inside.length; at += 1) {
    const first = inside[at]!;
    const ranged = inside[at + 1] === "-" && at + 2 < inside.length;
    ranges.push([first, ranged ? inside[at + 2]! : first]);
    if (ranged) at += 2;
  }
  return (character) =>
    character !== "/" && ranges.some(([from, to]) => character >= from && character <= to) !== negated;
}

/** Follows all ways through the pattern at once. A match that ends before a slash is a folder above. */
function matches(tokens: readonly Token[], characters: readonly string[]): boolean {
  let places = reach(tokens, new Set([0]), true);
  for (const character of characters) {
    if (character === "/" && places.has(tokens.length)) return true;
    const next = new Set<number>();
    for (const place of places) {
      const token = tokens[place];
      if (token?.kind === "character" && token.fits(character)) next.add(place + 1);
      else if (token?.kind === "some" && character !== "/") next.add(place);
      else if (token?.kind === "folders" || token?.kind === "all") next.add(place);
    }
    places = reach(tokens, next, character === "/");
    if (places.size === 0) return false;
  }
  return places.has(tokens.length);
}

/** Adds the places that the pattern reaches without a character. */
function reach(tokens: readonly Token[], places: Set<number>, atName: boolean): Set<number> {
  // A set also visits values that are added during the loop.
  for (const place of places) {
    const kind = tokens[place]?.kind;
    if (kind === "some" || kind === "all" || (kind === "folders" && atName)) places.add(place + 1);
  }
  return places;
}

/** Returns the files that may hold the rules. The first that exists counts, as in BuildKit. */
export const ignoreFilesOf = (dockerfile: string): readonly string[] => [`${dockerfile}.dockerignore`, ".dockerignore"];

const ENTRIES_PER_TURN = 200;

/** Returns the entries that `.dockerignore` leaves. An ignored folder stays if something in it does. */
export async function withoutIgnored<E extends TreeEntry>(entries: readonly E[], ignore: DockerIgnore): Promise<E[]> {
  const kept = new Set<string>();
  for (const [number, { path, kind }] of entries.entries()) {
    // Many names and rules take long, so that other work gets a turn.
    if (number % ENTRIES_PER_TURN === 0) await setImmediate();
    if (ignore.ignores(path)) continue;
    kept.add(path);
    if (kind !== "folder")
      for (let above = posix.dirname(path); above !== "."; above = posix.dirname(above)) kept.add(above);
  }
  return entries.filter(({ path }) => kept.has(path));
}
