import { posix } from "node:path";
import { SourceError } from "../../source/source.js";
import { checkTree } from "../../source/tree/check-tree.js";
import { DockerIgnore } from "../../source/tree/docker-ignore.js";
import { followLink, type TreeEntry } from "../../source/tree/tree-entry.js";
import { ImageBuildError } from "../image-builder.js";
import type { Copy } from "./build-plan.js";

/** Something of the image, and which entry of the context it is. Folders that COPY makes are none of the context's. */
export interface PlacedEntry {
  /** Without the leading slash. */
  readonly path: string;
  readonly entry: TreeEntry;
}

const LIMITS = { bytes: Infinity, entries: Infinity };

/**
 * Returns the place of each entry of the context after all COPYs, as an engine would place them.
 * @throws ImageBuildError for a source that is not there, a name that is a file and a folder, and a link that leads out
 */
export function layOut(entries: readonly TreeEntry[], copies: readonly Copy[]): PlacedEntry[] {
  const context = new Map(entries.map((entry) => [entry.path, entry]));
  const placed = new Map<string, PlacedEntry>();
  for (const copy of copies) {
    const sources = copy.sources.flatMap((source) => found(source, context, copy));
    const isFolder = copy.target.endsWith("/") || sources.length > 1 || isPlacedFolder(copy.target, placed);
    const target = copy.target.replace(/^\/+|\/+$/g, "");
    for (const source of sources) {
      const named = context.get(source);
      // A folder needs no entry of its own.
      if (named && named.kind !== "folder") {
        const path = isFolder ? posix.join(target, posix.basename(source)) : target;
        place(placed, { path, entry: named }, copy);
        continue;
      }
      place(placed, { path: target, entry: { kind: "folder", path: source } }, copy);
      const above = source === "" ? "" : `${source}/`;
      for (const entry of entries)
        if (entry.path.startsWith(above))
          place(placed, { path: posix.join(target, entry.path.slice(above.length)), entry }, copy);
    }
  }
  return [...placed.values()];
}

/** @throws ImageBuildError if a link of these would lead out of their folder */
export function checkPlaced(placed: readonly PlacedEntry[]): void {
  try {
    checkTree(
      placed.map(({ path, entry }) => ({ ...entry, path })),
      LIMITS,
    );
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    throw new ImageBuildError(error.message, { cause: error });
  }
}

const isPlacedFolder = (target: string, placed: ReadonlyMap<string, PlacedEntry>): boolean =>
  placed.get(target.slice(1))?.entry.kind === "folder";

/** Paths in the context; "" is all of it. */
function found(source: string, context: ReadonlyMap<string, TreeEntry>, { shown }: Copy): string[] {
  const path = posix.normalize(`/${source}`).replace(/^\/|\/$/g, "");
  if (path === "") return [""];
  if (!/[*?[]/.test(path)) return [end(path, context, shown)];
  const pattern = new DockerIgnore(path);
  const depth = path.split("/").length;
  const matching = [...context.keys()].filter((each) => each.split("/").length === depth && pattern.ignores(each));
  if (matching.length === 0) throw new ImageBuildError(`${shown}: nothing in the project is called like that.`);
  return matching.map((each) => end(each, context, shown));
}

/** The target of a link is copied in its place. */
function end(path: string, context: ReadonlyMap<string, TreeEntry>, shown: string): string {
  const entry = context.get(path);
  const reached = entry?.kind === "link" ? followLink(entry, context) : path;
  const isThere =
    reached !== null && (context.has(reached) || [...context.keys()].some((each) => each.startsWith(`${reached}/`)));
  if (!isThere)
    throw new ImageBuildError(`${shown}: there is no ${path} in the project, or .dockerignore leaves it out.`);
  return reached;
}

function place(placed: Map<string, PlacedEntry>, { path, entry }: PlacedEntry, { shown }: Copy): void {
  if (path === "" || path === ".") return;
  for (let above = posix.dirname(path); above !== "."; above = posix.dirname(above)) {
    const there = placed.get(above)?.entry.kind ?? "folder";
    if (there !== "folder") throw new ImageBuildError(`${shown}: /${above} is a ${there} already.`);
  }
  const there = placed.get(path)?.entry.kind;
  if (there !== undefined && there !== entry.kind && (there === "folder" || entry.kind === "folder"))
    throw new ImageBuildError(`${shown}: /${path} is a ${there} already.`);
  placed.set(path, { path, entry });
}
