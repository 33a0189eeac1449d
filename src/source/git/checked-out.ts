import { lstat, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { OnLog } from "../../runtime/image-builder.js";
import { SourceError } from "../source.js";
import { shown } from "../tree/check-tree.js";
import {
  type Head,
  lfsPointer,
  MOST_ANNEX_POINTER,
  MOST_HEAD,
  MOST_POINTER,
  refuseStandIns,
} from "../tree/stand-in.js";
import { git, type GitHow } from "./git-command.js";
import type { BlobReader, GitEntry } from "./git-objects.js";
import type { LfsFile } from "./lfs.js";

const ATTRIBUTES = ["eol", "ident", "working-tree-encoding"];
const LFS = "lfs";
const MOST_NAMED = 5;
/** Of what is rewritten, since each byte of it may become ten. */
const MOST_REWRITTEN = 128 * 1024 * 1024;

export interface CheckOut {
  readonly how: GitHow;
  readonly blobs: BlobReader;
  /** A folder of ours. */
  readonly folder: string;
  /** Brings objects of Git LFS into the folder `lfs` in it. */
  readonly fetch: (files: readonly LfsFile[]) => Promise<void>;
  readonly told: OnLog;
}

/**
 * The entries as a checkout would give them: files whose attributes change line ends, encoding or `$Id$` are rewritten
 * into a folder of ours by git itself, which knows no other filter; those of Git LFS are fetched, and those that another
 * filter would have to bring back are refused. @throws SourceError
 */
export async function checkedOut(
  commit: string,
  entries: readonly GitEntry[],
  { how, blobs, folder, fetch, told }: CheckOut,
): Promise<GitEntry[]> {
  const files = entries.filter((entry) => entry.kind === "file");
  const work = join(folder, "work");
  const rewritten = join(folder, "rewritten");
  for (const each of [work, rewritten]) await mkdir(each, { mode: 0o700 });
  // Attributes are read from the index; the work tree stays empty.
  const environment = { GIT_DIR: how.folder, GIT_WORK_TREE: work, GIT_INDEX_FILE: join(folder, "index") };
  const inTree = { ...how, folder: work, environment: { ...how.environment, ...environment } };
  await git(["read-tree", commit], inTree);
  const paths = files.map(({ path }) => `${path}\0`).join("");
  const asked = await git(["check-attr", "--cached", "-z", "--stdin", "filter", ...ATTRIBUTES], inTree, paths);
  const [filters, changed] = attributed(asked.toString("utf8"));
  refuseStandIns(await headsOf(files, filters, blobs));
  tellFilters(filters, told);
  const pointers = await pointersIn(
    files.filter(({ path, size }) => filters.get(path) === LFS && size <= MOST_POINTER),
    blobs,
  );
  if (pointers.size > 0) await fetch([...pointers.values()]);
  const affected = files.filter(({ path }) => changed.has(path));
  if (affected.length === 0 && pointers.size === 0) return [...entries];
  if (affected.reduce((sum, { size }) => sum + size, 0) > MOST_REWRITTEN)
    throw new SourceError("The files whose attributes change line ends or encoding are larger than 128 MiB.");
  const named = affected.map(({ path }) => `${path}\0`).join("");
  if (affected.length > 0) await git(["checkout-index", "-z", "--stdin", `--prefix=${rewritten}/`], inTree, named);
  return Promise.all(
    entries.map(async (entry) => {
      const pointer = pointers.get(entry.path);
      if (entry.kind === "file" && pointer)
        return { ...entry, size: pointer.size, place: join(folder, "lfs", pointer.oid) };
      if (entry.kind !== "file" || !changed.has(entry.path)) return entry;
      const place = join(rewritten, entry.path);
      return { ...entry, size: (await lstat(place)).size, place };
    }),
  );
}

/** The filters of paths, and paths that are rewritten. */
function attributed(answer: string): [Map<string, string>, Set<string>] {
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

async function headsOf(
  files: readonly GitEntry[],
  filters: ReadonlyMap<string, string>,
  blobs: BlobReader,
): Promise<Head[]> {
  const heads: Head[] = [];
  for (const file of files) {
    const isFiltered = filters.has(file.path);
    const isSmall = file.kind === "file" && file.size <= MOST_ANNEX_POINTER;
    if (isFiltered || isSmall) heads.push({ path: file.path, isFiltered, head: await blobs.head(file.sha, MOST_HEAD) });
  }
  return heads;
}

/** No commit has what else a filter does: most of them only change what is committed. */
function tellFilters(filters: ReadonlyMap<string, string>, told: OnLog): void {
  const others = [...filters].filter(([, filter]) => filter !== LFS);
  const [first] = others;
  if (!first) return;
  const names = [...new Set(others.map(([, filter]) => filter))].slice(0, MOST_NAMED).map(shown).join(", ");
  told(
    `The filter ${names} of .gitattributes does not run here: ${shown(first[0])}${others.length > 1 ? ` and ${others.length - 1} more` : ""} as the commit has them\n`,
  );
}

async function pointersIn(files: readonly GitEntry[], blobs: BlobReader): Promise<Map<string, LfsFile>> {
  const pointers = new Map<string, LfsFile>();
  for (const { path, sha } of files) {
    const pointer = lfsPointer(await blobs.text(sha));
    if (pointer) pointers.set(path, { ...pointer, path });
  }
  return pointers;
}
