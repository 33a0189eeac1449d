import { SourceError } from "../source.js";
import { followLink } from "./follow-link.js";
import type { FileEntry, TreeEntry } from "./tree-entry.js";

/** @throws SourceError where the tree has none. */
export function dockerfileIn<E extends TreeEntry>(entries: readonly E[]): E & FileEntry {
  const byPath = new Map<string, E>(entries.map((entry) => [entry.path, entry]));
  const named = byPath.get("Dockerfile");
  const entry = named?.kind === "link" ? byPath.get(followLink(named, byPath) ?? "") : named;
  if (entry?.kind !== "file") throw new SourceError("The project has no Dockerfile in its top folder.");
  return entry as E & FileEntry;
}

/**
 * The classic builder takes a frontend's name for a comment, and would read the file as something else than was meant.
 * @throws SourceError
 */
export function checkDockerfile(text: string): void {
  for (const line of text.replace(/^\uFEFF/, "").split(/\r?\n/)) {
    if (!/^\s*#/.test(line)) return;
    if (/^\s*#\s*syntax\s*=/i.test(line))
      throw new SourceError(
        `The Dockerfile asks for another frontend (${JSON.stringify(line.trim().slice(0, 100))}); the builder knows none: take the line out, and what needs it.`,
      );
  }
}
