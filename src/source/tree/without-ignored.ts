import { posix } from "node:path";
import { setImmediate } from "node:timers/promises";
import { DockerIgnore } from "./docker-ignore.js";
import type { TreeEntry } from "./tree-entry.js";

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
