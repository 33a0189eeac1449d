import { posix } from "node:path";

/** An entry of a build context. Paths are relative, with slashes. */
export type TreeEntry = FolderEntry | FileEntry | LinkEntry;

export interface FolderEntry {
  readonly kind: "folder";
  readonly path: string;
}

export interface FileEntry {
  readonly kind: "file";
  readonly path: string;
  readonly size: number;
  readonly executable: boolean;
}

export interface LinkEntry {
  readonly kind: "link";
  readonly path: string;
  readonly target: string;
}

/** Bounds of a build context. */
export interface TreeLimits {
  readonly bytes: number;
  readonly entries: number;
}

const MAX_STEPS = 40;

/**
 * Returns the path in the tree that a link leads to, even if nothing is there. Returns null if it leads out, or in
 * circles. It goes step by step: if `a/b` is a link, `a/b/..` is not `a`.
 */
export function followLink(link: LinkEntry, entries: ReadonlyMap<string, TreeEntry>): string | null {
  const above = posix.dirname(link.path);
  const at: string[] = above === "." ? [] : above.split("/");
  const ahead = link.target.split("/");
  if (link.target.startsWith("/")) return null;
  for (let steps = 0; ahead.length > 0;) {
    const part = ahead.shift()!;
    if (part === "" || part === ".") continue;
    if (part === "..") {
      if (at.pop() === undefined) return null;
      continue;
    }
    at.push(part);
    const met = entries.get(at.join("/"));
    if (met?.kind !== "link") continue;
    steps += 1;
    if (steps > MAX_STEPS || met.target.startsWith("/")) return null;
    at.pop();
    ahead.unshift(...met.target.split("/"));
  }
  return at.join("/");
}
