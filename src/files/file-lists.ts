import { createHash } from "node:crypto";
import { ulid } from "ulid";
import type { ManifestSummary, StoredFile } from "../graph/stored-file.js";
import type { Store } from "../store/store.js";
import type { FileListPart } from "./file-documents.js";

/** Maximum files in a record, and in one part of a list. */
export const MAX_INLINE_FILES = 250;

type Lists = Pick<Store, "fileLists">;

/** Returns only the manifest fields of the files. */
export const asStoredFiles = (files: readonly StoredFile[]): StoredFile[] =>
  files.map(({ name, size, sha256 }) => ({ name, size, sha256 }));

/** Sorts by the bytes of the names, as `LC_ALL=C sort`. */
export const sortedByName = <F extends { readonly name: string }>(files: readonly F[]): F[] => {
  const bytes = new Map(files.map((file) => [file, Buffer.from(file.name)]));
  return [...files].sort((one, other) => Buffer.compare(bytes.get(one)!, bytes.get(other)!));
};

/** Returns the SHA-256 of the output of `sha256sum` for the sorted files. */
export function manifestHash(sorted: readonly StoredFile[]): string {
  const hash = createHash("sha256");
  for (const { name, sha256 } of sorted) hash.update(`${sha256}  ${name}\n`);
  return hash.digest("hex");
}

export function summaryOf(sorted: readonly StoredFile[]): ManifestSummary & { readonly sha256: string } {
  const bytes = sorted.reduce((sum, { size }) => sum + size, 0);
  return { sha256: manifestHash(sorted), count: sorted.length, bytes };
}

/** Returns a new id for each completion of a manifest: a slow request must not touch the list of a quicker one. */
export const newListId = (record: string): string => `${record}/${ulid().toLowerCase()}`;

/** Returns the list that a part belongs to, by its id. */
export const listOfPart = (part: string): string => part.slice(0, part.lastIndexOf("/"));
export const recordOfList = (list: string): string => list.slice(0, list.indexOf("/"));
export const partId = (list: string, n: number): string => `${list}/${String(n).padStart(4, "0")}`;

/** Writes a list before its record names it: a crash leaves a list that nothing needs. */
export async function writeList({ fileLists }: Lists, list: string, sorted: readonly StoredFile[]): Promise<void> {
  const record = recordOfList(list);
  const parts: FileListPart[] = [];
  for (let at = 0; at < sorted.length; at += MAX_INLINE_FILES) {
    const [n, files] = [parts.length, sorted.slice(at, at + MAX_INLINE_FILES)];
    parts.push({ _id: partId(list, n), list, record, n, first: files[0]!.name, files });
  }
  await fileLists.insertMany(parts);
}

/** Returns the files of each list, sorted by name. */
export async function readLists(
  { fileLists }: Lists,
  lists: readonly string[],
): Promise<ReadonlyMap<string, readonly StoredFile[]>> {
  const parts = await fileLists
    .find({ list: { $in: [...lists] } }, { projection: { list: 1, files: 1 } })
    .sort({ list: 1, first: 1 })
    .toArray();
  const files = new Map(lists.map((list): [string, StoredFile[]] => [list, []]));
  for (const part of parts) files.get(part.list)!.push(...part.files);
  return files;
}

/** Returns the file of that name, or null: the last part that starts before it has it. */
export async function findInList({ fileLists }: Lists, list: string, name: string): Promise<StoredFile | null> {
  const [part] = await fileLists
    .find({ list, first: { $lte: name } }, { projection: { files: 1 } })
    .sort({ list: -1, first: -1 })
    .limit(1)
    .toArray();
  return part?.files.find((each) => each.name === name) ?? null;
}

/** Returns the files of these names, by list. */
export async function findInLists(
  { fileLists }: Lists,
  lists: readonly string[],
  names: readonly string[],
): Promise<ReadonlyMap<string, readonly StoredFile[]>> {
  const found = await fileLists
    .aggregate<{ list: string; files: StoredFile }>([
      { $match: { list: { $in: [...lists] }, "files.name": { $in: [...names] } } },
      { $project: { _id: 0, list: 1, files: 1 } },
      { $unwind: "$files" },
      { $match: { "files.name": { $in: [...names] } } },
    ])
    .toArray();
  const byList = new Map<string, StoredFile[]>();
  for (const { list, files } of found) byList.set(list, [...(byList.get(list) ?? []), files]);
  return byList;
}

/** Deletes a list. The first part goes last: after a crash the next sweep finds it. */
export async function deleteList({ fileLists }: Lists, list: string): Promise<void> {
  await fileLists.deleteMany({ list, n: { $gt: 0 } });
  await fileLists.deleteMany({ list });
}
