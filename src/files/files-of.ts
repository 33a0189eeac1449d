import type { FileListing, Holder } from "../graph/manifest.js";
import type { ManifestSummary, StoredFile } from "../graph/stored-file.js";
import type { Store } from "../store/store.js";
import {
  findInList,
  findInLists,
  MAX_INLINE_FILES,
  newListId,
  readLists,
  sortedByName,
  summaryOf,
  writeList,
} from "./file-lists.js";
import { findMissingFile, insertMissing, listMissing } from "./missing-files.js";

type Lists = Pick<Store, "fileLists">;

/** Returns the list of the files; null if they are in the record, or the manifest is open. */
export const fileListOf = ({ file_list }: FileListing): string | null => file_list ?? null;

/** True if more files may be added to the manifest. */
export const isManifestOpen = ({ manifest }: FileListing): boolean => manifest != null && manifest.sha256 == null;

/** Returns all files of a record or a snapshot; none if its manifest is open. */
export async function filesOf(store: Lists, holder: Holder): Promise<readonly StoredFile[]> {
  const list = fileListOf(holder);
  return list === null ? holder.files : ((await readLists(store, [list])).get(list) ?? []);
}

/** Returns the file of that name, or null. */
export async function fileNamed(store: Lists, holder: Holder, name: string): Promise<StoredFile | null> {
  const list = fileListOf(holder);
  return list === null ? (holder.files.find((each) => each.name === name) ?? null) : findInList(store, list, name);
}

/** Returns the files of these names by holder; inline files may have others, too. */
export async function filesNamed<H extends Holder>(
  store: Lists,
  holders: readonly H[],
  names: readonly string[],
): Promise<ReadonlyMap<H, readonly StoredFile[]>> {
  const lists = holders.map(fileListOf).filter((list) => list !== null);
  const found = lists.length > 0 ? await findInLists(store, lists, names) : new Map<string, readonly StoredFile[]>();
  return new Map(
    holders.map((holder) => {
      const list = fileListOf(holder);
      return [holder, list === null ? holder.files : (found.get(list) ?? [])];
    }),
  );
}

/** A file of a record, and if it has arrived. */
export interface UploadTarget {
  readonly file: StoredFile;
  readonly isMissing: boolean;
}

/** Returns the file of that name, or null. */
export async function uploadTarget(
  store: Pick<Store, "fileLists" | "missingFiles">,
  record: Holder & { readonly received: readonly string[] },
  name: string,
): Promise<UploadTarget | null> {
  const list = fileListOf(record);
  const missing = list === null ? null : await findMissingFile(store, list, name);
  if (missing) return { file: missing, isMissing: true };
  const file = await fileNamed(store, record, name);
  return file && { file, isMissing: list === null && !record.received.includes(name) };
}

/** Returns missing files of a complete manifest, by name if they are in a list. */
export async function missingFilesOf(
  store: Pick<Store, "missingFiles">,
  record: Holder & { readonly received: readonly string[] },
  page: { readonly after?: string; readonly limit?: number } = {},
): Promise<readonly StoredFile[]> {
  const list = fileListOf(record);
  if (list !== null) return listMissing(store, list, page);
  const { after = "" } = page;
  const isAfter = ({ name }: StoredFile) => after === "" || Buffer.compare(Buffer.from(name), Buffer.from(after)) > 0;
  return record.files.filter((file) => isAfter(file) && !record.received.includes(file.name));
}

/** The stored part of a new record's manifest. */
export interface ManifestFields {
  readonly files: readonly StoredFile[];
  readonly manifest?: ManifestSummary;
  readonly file_list?: string;
}

/**
 * Returns the part of the manifest that is stored in a new record. Many files go into a list, noted as missing, before
 * the record that names it: a crash in between leaves a list that nothing needs, never a record without files.
 * @param more true if files may be added later.
 */
export async function storeManifest(
  store: Pick<Store, "fileLists" | "missingFiles" | "now">,
  record: string,
  files: readonly StoredFile[],
  more: boolean,
): Promise<ManifestFields> {
  if (more) {
    await insertMissing(store, { of: record, record }, files);
    return { files: [], manifest: { ...summaryOf(files), sha256: null } };
  }
  return files.length <= MAX_INLINE_FILES ? { files } : { files: [], ...(await writeManifest(store, record, files)) };
}

/** Writes the manifest into a new list, and notes its files as missing. */
export async function writeManifest(
  store: Pick<Store, "fileLists" | "missingFiles" | "now">,
  record: string,
  files: readonly StoredFile[],
): Promise<{ readonly manifest: ManifestSummary; readonly file_list: string }> {
  const sorted = sortedByName(files);
  const file_list = newListId(record);
  await writeList(store, file_list, sorted);
  await insertMissing(store, { of: file_list, record }, sorted);
  return { manifest: summaryOf(sorted), file_list };
}
