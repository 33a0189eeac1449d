import { lstat, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { OnLog } from "../../runtime/image-builder.js";
import { MIB } from "../../units.js";
import { SourceError } from "../source.js";
import { quotedPath } from "../tree/check-tree.js";
import {
  type FileHead,
  HEAD_BYTES,
  MAX_ANNEX_POINTER,
  MAX_LFS_POINTER,
  parseLfsPointer,
  refusePlaceholders,
} from "../tree/placeholders.js";
import { git, type GitOptions } from "./git-command.js";
import type { BlobReader, GitEntry } from "./git-objects.js";
import type { LfsFile } from "./lfs.js";

const ATTRIBUTES = ["eol", "ident", "working-tree-encoding"];
const LFS = "lfs";
const MAX_LISTED = 5;
/** Bounds the rewritten files: each byte may become ten. */
const MAX_REWRITTEN_BYTES = 128 * MIB;

export interface CheckOutOptions {
  readonly options: GitOptions;
  readonly blobs: BlobReader;
  /** A scratch folder. */
  readonly folder: string;
  /** Downloads objects of Git LFS into `lfs` below the folder. */
  readonly fetch: (files: readonly LfsFile[]) => Promise<void>;
  readonly onLog: OnLog;
}

/**
 * Returns the entries as a checkout would write them. Git itself rewrites files whose attributes change line ends,
 * encoding or `$Id$`, and runs no other filter. Files of Git LFS are fetched.
 * @throws SourceError if a file needs another filter to get its content back.
 */
export async function checkOut(
  commit: string,
  entries: readonly GitEntry[],
  { options, blobs, folder, fetch, onLog }: CheckOutOptions,
): Promise<GitEntry[]> {
  const files = entries.filter((entry) => entry.kind === "file");
  const work = join(folder, "work");
  const rewritten = join(folder, "rewritten");
  for (const each of [work, rewritten]) await mkdir(each, { mode: 0o700 });
  // Attributes are read from the index; the work tree stays empty.
  const environment = { GIT_DIR: options.folder, GIT_WORK_TREE: work, GIT_INDEX_FILE: join(folder, "index") };
  const inTree = { ...options, folder: work, environment: { ...options.environment, ...environment } };
  await git(["read-tree", commit], inTree);
  const paths = files.map(({ path }) => `${path}\0`).join("");
  const asked = await git(["check-attr", "--cached", "-z", "--stdin", "filter", ...ATTRIBUTES], inTree, paths);
  const [filters, changed] = parseAttributes(asked.toString("utf8"));
  refusePlaceholders(await readHeads(files, filters, blobs));
  logFilters(filters, onLog);
  const pointers = await readPointers(
    files.filter(({ path, size }) => filters.get(path) === LFS && size <= MAX_LFS_POINTER),
    blobs,
  );
  if (pointers.size > 0) await fetch([...pointers.values()]);
  const affected = files.filter(({ path }) => changed.has(path));
  if (affected.length === 0 && pointers.size === 0) return [...entries];
  if (affected.reduce((sum, { size }) => sum + size, 0) > MAX_REWRITTEN_BYTES)
    throw new SourceError("The files whose attributes change line ends or encoding are larger than 128 MiB.");
  const named = affected.map(({ path }) => `${path}\0`).join("");
  if (affected.length > 0) await git(["checkout-index", "-z", "--stdin", `--prefix=${rewritten}/`], inTree, named);
  return Promise.all(
    entries.map(async (entry) => {
      const pointer = pointers.get(entry.path);
      if (entry.kind === "file" && pointer)
        return { ...entry, size: pointer.size, localFile: join(folder, "lfs", pointer.oid) };
      if (entry.kind !== "file" || !changed.has(entry.path)) return entry;
      const place = join(rewritten, entry.path);
      return { ...entry, size: (await lstat(place)).size, localFile: place };
    }),
  );
}

/** Returns the filters by path, and the paths that git rewrites. */
function parseAttributes(answer: string): [Map<string, string>, Set<string>] {
  const [filters, changed] = [new Map<string, string>(), new Set<string>()];
  const words = answer.split("\0");
  for (let at = 0; at + 2 < words.length; at += 3) {
    const [path, name, value] = words.slice(at, at + 3);
    if (value === "unspecified" || value === "unset") continue;
    if (name === "filter") filters.set(path!, value!);
    else changed.add(path!);
  }
  return [filters, changed];
}

async function readHeads(
  files: readonly GitEntry[],
  filters: ReadonlyMap<string, string>,
  blobs: BlobReader,
): Promise<FileHead[]> {
  const heads: FileHead[] = [];
  for (const file of files) {
    const isFiltered = filters.has(file.path);
    const isSmall = file.kind === "file" && file.size <= MAX_ANNEX_POINTER;
    if (isFiltered || isSmall)
      heads.push({ path: file.path, isFiltered, head: await blobs.head(file.sha, HEAD_BYTES) });
  }
  return heads;
}

/** Logs the filters that do not run. Most of them only change what is committed. */
function logFilters(filters: ReadonlyMap<string, string>, onLog: OnLog): void {
  const others = [...filters].filter(([, filter]) => filter !== LFS);
  const [first] = others;
  if (!first) return;
  const names = [...new Set(others.map(([, filter]) => filter))].slice(0, MAX_LISTED).map(quotedPath).join(", ");
  onLog(
    `The filter ${names} of .gitattributes does not run here: ${quotedPath(first[0])}${others.length > 1 ? ` and ${others.length - 1} more` : ""} as the commit has them\n`,
  );
}

async function readPointers(files: readonly GitEntry[], blobs: BlobReader): Promise<Map<string, LfsFile>> {
  const pointers = new Map<string, LfsFile>();
  for (const { path, sha } of files) {
    const pointer = parseLfsPointer(await blobs.text(sha));
    if (pointer) pointers.set(path, { ...pointer, path });
  }
  return pointers;
}
