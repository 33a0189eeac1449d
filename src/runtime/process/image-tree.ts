import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { chmod, copyFile, link, lstat, mkdir, readdir, symlink } from "node:fs/promises";
import { dirname, join, posix } from "node:path";
import { pipeline } from "node:stream/promises";
import { SourceError } from "../../source/source.js";
import { checkTree } from "../../source/tree/check-tree.js";
import { DockerIgnore } from "../../source/tree/docker-ignore.js";
import { followLink, type TreeEntry } from "../../source/tree/tree-entry.js";
import { ImageBuildError } from "../image-builder.js";
import type { Copy } from "./build-plan.js";

/** Something in the image, and its entry in the context. Folders made by COPY have none in the context. */
export interface PlacedEntry {
  /** Without the leading slash. */
  readonly path: string;
  readonly entry: TreeEntry;
}

const UNLIMITED = { bytes: Infinity, entries: Infinity };

/**
 * Returns the place of each entry of the context after all COPYs, as on an engine.
 * @throws ImageBuildError for a missing source, a name that is both file and folder, and a link that leads out
 */
export function placeEntries(entries: readonly TreeEntry[], copies: readonly Copy[]): PlacedEntry[] {
  const context = new Map(entries.map((entry) => [entry.path, entry]));
  const placed = new Map<string, PlacedEntry>();
  for (const copy of copies) {
    const sources = copy.sources.flatMap((source) => matchSource(source, context, copy));
    const isFolder = copy.target.endsWith("/") || sources.length > 1 || isPlacedFolder(copy.target, placed);
    const target = copy.target.replace(/^\/+|\/+$/g, "");
    for (const source of sources) {
      const named = context.get(source);
      // Folders are implied by their content.
      if (named && named.kind !== "folder") {
        const path = isFolder ? posix.join(target, posix.basename(source)) : target;
        placeEntry(placed, { path, entry: named }, copy);
        continue;
      }
      placeEntry(placed, { path: target, entry: { kind: "folder", path: source } }, copy);
      const above = source === "" ? "" : `${source}/`;
      for (const entry of entries)
        if (entry.path.startsWith(above))
          placeEntry(placed, { path: posix.join(target, entry.path.slice(above.length)), entry }, copy);
    }
  }
  return [...placed.values()];
}

/** @throws ImageBuildError if a link of these would lead out of their folder */
function checkPlaced(placed: readonly PlacedEntry[]): void {
  try {
    checkTree(
      placed.map(({ path, entry }) => ({ ...entry, path })),
      UNLIMITED,
    );
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    throw new ImageBuildError(error.message, { cause: error });
  }
}

/**
 * Returns the entries in the project's folder, by their paths there.
 * @throws ImageBuildError if that folder is the whole image
 */
export function projectEntries(placed: readonly PlacedEntry[], folder: string): PlacedEntry[] {
  if (placed.length > 0 && folder === "/")
    throw new ImageBuildError(
      "The project lies in the top folder of the image: the Dockerfile needs a WORKDIR before its COPY.",
    );
  const above = `${folder.slice(1)}/`;
  const inside = placed
    .filter(({ path }) => path.startsWith(above))
    .map(({ path, entry }) => ({ entry, path: path.slice(above.length) }));
  checkPlaced(inside);
  return inside;
}

const isPlacedFolder = (target: string, placed: ReadonlyMap<string, PlacedEntry>): boolean =>
  placed.get(target.slice(1))?.entry.kind === "folder";

/** Returns paths in the context; "" is all of it. */
function matchSource(source: string, context: ReadonlyMap<string, TreeEntry>, { text }: Copy): string[] {
  const path = posix.normalize(`/${source}`).replace(/^\/|\/$/g, "");
  if (path === "") return [""];
  if (!/[*?[]/.test(path)) return [resolveLink(path, context, text)];
  const pattern = new DockerIgnore(path);
  const depth = path.split("/").length;
  const matching = [...context.keys()].filter((each) => each.split("/").length === depth && pattern.ignores(each));
  if (matching.length === 0) throw new ImageBuildError(`${text}: nothing in the project is called like that.`);
  return matching.map((each) => resolveLink(each, context, text));
}

/** Returns a link's target, which is copied in its place. */
function resolveLink(path: string, context: ReadonlyMap<string, TreeEntry>, text: string): string {
  const entry = context.get(path);
  const target = entry?.kind === "link" ? followLink(entry, context) : path;
  const exists =
    target !== null && (context.has(target) || [...context.keys()].some((each) => each.startsWith(`${target}/`)));
  if (!exists)
    throw new ImageBuildError(`${text}: there is no ${path} in the project, or .dockerignore leaves it out.`);
  return target;
}

function placeEntry(placed: Map<string, PlacedEntry>, { path, entry }: PlacedEntry, { text }: Copy): void {
  if (path === "" || path === ".") return;
  for (let above = posix.dirname(path); above !== "."; above = posix.dirname(above)) {
    const there = placed.get(above)?.entry.kind ?? "folder";
    if (there !== "folder") throw new ImageBuildError(`${text}: /${above} is a ${there} already.`);
  }
  const there = placed.get(path)?.entry.kind;
  if (there !== undefined && there !== entry.kind && (there === "folder" || entry.kind === "folder"))
    throw new ImageBuildError(`${text}: /${path} is a ${there} already.`);
  placed.set(path, { path, entry });
}

/**
 * Makes the placed entries below a new folder. Links come after all files, so that no file is written through one.
 * @param context the folder of the context's files
 * @param mode SHARED links the context's own files; COPIED makes copies that may be changed
 */
export async function writeTree(
  placed: readonly PlacedEntry[],
  context: string,
  folder: string,
  mode: "SHARED" | "COPIED",
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { path, entry } of placed) {
    const place = join(folder, path);
    await mkdir(entry.kind === "folder" ? place : dirname(place), { recursive: true });
    if (entry.kind !== "file") continue;
    const from = join(context, entry.path);
    await (mode === "SHARED" ? link(from, place) : copyFile(from, place));
  }
  for (const { path, entry } of placed) if (entry.kind === "link") await symlink(entry.target, join(folder, path));
}

/** Returns a hash over paths, kinds, modes and contents, 64 hex digits. The same tree has the same hash anywhere. */
export async function treeHash(placed: readonly PlacedEntry[], context: string): Promise<string> {
  const listing = createHash("sha256");
  for (const { path, entry } of [...placed].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const content = entry.kind === "file" ? await contentHash(join(context, entry.path)) : null;
    const mode = entry.kind === "file" && entry.executable;
    listing.update(`${JSON.stringify([path, entry.kind, mode, entry.kind === "link" ? entry.target : content])}\n`);
  }
  return listing.digest("hex");
}

async function contentHash(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

/** Makes all of a tree read-only. */
export async function makeReadOnly(folder: string): Promise<void> {
  for (const each of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, each.name);
    if (each.isDirectory()) await makeReadOnly(path);
    else if (each.isFile()) await chmod(path, (await lstat(path)).mode & 0o555);
  }
  await chmod(folder, 0o555);
}
