import type { Holder, FileListing } from "../graph/manifest.js";
import type { ManifestSummary, StoredFile } from "../graph/stored-file.js";
import type { Store } from "../store/store.js";
import { byName, fileIn, keepList, MOST_INSIDE, namedIn, newList, readLists, summaryOf } from "./file-lists.js";
import { expectFiles, missingFile, nextMissing } from "./missing-files.js";

type Lists = Pick<Store, "fileLists">;

/** The list that holds its files; null if they lie in the record, or more may be added. */
export const listHolding = ({ file_list }: FileListing): string | null => file_list ?? null;

/** True if more files may be added to the manifest. */
export const isOpen = ({ manifest }: FileListing): boolean => manifest != null && manifest.sha256 == null;

/** All files of a record or a snapshot. None of one to whose manifest more may be added. */
export async function filesOf(store: Lists, holder: Holder): Promise<readonly StoredFile[]> {
  const list = listHolding(holder);
  return list === null ? holder.files : ((await readLists(store, [list])).get(list) ?? []);
}

/** The file of that name, or null. */
export async function fileOf(store: Lists, holder: Holder, name: string): Promise<StoredFile | null> {
  const list = listHolding(holder);
  return list === null ? (holder.files.find((each) => each.name === name) ?? null) : fileIn(store, list, name);
}

/** Of each holder the files that have one of the names; others too if they lie in the record. */
export async function filesNamed<H extends Holder>(
  store: Lists,
  holders: readonly H[],
  names: readonly string[],
): Promise<ReadonlyMap<H, readonly StoredFile[]>> {
  const lists = holders.map(listHolding).filter((list) => list !== null);
  const found = lists.length > 0 ? await namedIn(store, lists, names) : new Map<string, readonly StoredFile[]>();
  return new Map(
    holders.map((holder) => {
      const list = listHolding(holder);
      return [holder, list === null ? holder.files : (found.get(list) ?? [])];
    }),
  );
}

/** A file of a record, and whether it has not arrived. */
export interface SoughtFile {
  readonly file: StoredFile;
  readonly isMissing: boolean;
}

/** The file of that name, or null. Quick for one that is missing. */
export async function soughtFile(
  store: Pick<Store, "fileLists" | "missingFiles">,
  record: Holder & { readonly received: readonly string[] },
  name: string,
): Promise<SoughtFile | null> {
  const list = listHolding(record);
  const missing = list === null ? null : await missingFile(store, list, name);
  if (missing) return { file: missing, isMissing: true };
  const file = await fileOf(store, record, name);
  return file && { file, isMissing: list === null && !record.received.includes(name) };
}

/** Files of a complete manifest that have not arrived. Those of a list come by name, so many at most. */
export async function missingOf(
  store: Pick<Store, "missingFiles">,
  record: Holder & { readonly received: readonly string[] },
  page: { readonly after?: string; readonly limit?: number } = {},
): Promise<readonly StoredFile[]> {
  const list = listHolding(record);
  if (list !== null) return nextMissing(store, list, page);
  const { after = "" } = page;
  const isAfter = ({ name }: StoredFile) => after === "" || Buffer.compare(Buffer.from(name), Buffer.from(after)) > 0;
  return record.files.filter((file) => isAfter(file) && !record.received.includes(file.name));
}

/** The part of its manifest that a new record keeps. */
export interface Announced {
  readonly files: readonly StoredFile[];
  readonly manifest?: ManifestSummary;
  readonly file_list?: string;
}

/**
 * The part of its manifest that a new record keeps. Many files go into a list of their own, with the note that they are to come,
 * before the record that names them: a crash between leaves a list that nothing needs, never a record without files.
 * @param more whether further files will be added.
 */
export async function announce(
  store: Pick<Store, "fileLists" | "missingFiles" | "now">,
  record: string,
  files: readonly StoredFile[],
  more: boolean,
): Promise<Announced> {
  if (more) {
    await expectFiles(store, { of: record, record }, files);
    return { files: [], manifest: { ...summaryOf(files), sha256: null } };
  }
  return files.length <= MOST_INSIDE ? { files } : { files: [], ...(await closeManifest(store, record, files)) };
}

/** Writes the whole manifest of a record into a list of its own, and what is to come of it. */
export async function closeManifest(
  store: Pick<Store, "fileLists" | "missingFiles" | "now">,
  record: string,
  files: readonly StoredFile[],
): Promise<{ readonly manifest: ManifestSummary; readonly file_list: string }> {
  const sorted = byName(files);
  const file_list = newList(record);
  await keepList(store, file_list, sorted);
  await expectFiles(store, { of: file_list, record }, sorted);
  return { manifest: summaryOf(sorted), file_list };
}
