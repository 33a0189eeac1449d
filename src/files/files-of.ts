import DataLoader from "dataloader";
import { DomainError } from "../errors.js";
import type { FileListing, Holder, ManifestSummary, StoredFile } from "../graph/stored-file.js";
import type { Store } from "../store/store.js";
import type { FileListPart } from "./file-documents.js";
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

/** The list that holds its files; null if they lie in the record, or more may be added. */
export const fileListOf = ({ file_list }: FileListing): string | null => file_list ?? null;

/** True if more files may be added to the manifest. */
export const isManifestOpen = ({ manifest }: FileListing): boolean => manifest != null && manifest.sha256 == null;

/** All files of a record or a snapshot. None of one to whose manifest more may be added. */
export async function filesOf(store: Lists, holder: Holder): Promise<readonly StoredFile[]> {
  const list = fileListOf(holder);
  return list === null ? holder.files : ((await readLists(store, [list])).get(list) ?? []);
}

/** The file of that name, or null. */
export async function fileNamed(store: Lists, holder: Holder, name: string): Promise<StoredFile | null> {
  const list = fileListOf(holder);
  return list === null ? (holder.files.find((each) => each.name === name) ?? null) : findInList(store, list, name);
}

/** Of each holder the files that have one of the names; others too if they lie in the record. */
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

/** A file of a record, and whether it has not arrived. */
export interface UploadTarget {
  readonly file: StoredFile;
  readonly isMissing: boolean;
}

/** The file of that name, or null. Quick for one that is missing. */
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

/** Files of a complete manifest that have not arrived. Those of a list come by name, so many at most. */
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

/** The part of its manifest that a new record keeps. */
export interface ManifestFields {
  readonly files: readonly StoredFile[];
  readonly manifest?: ManifestSummary;
  readonly file_list?: string;
}

/**
 * The part of its manifest that a new record keeps. Many files go into a list of their own, with the note that they are to come,
 * before the record that names them: a crash between leaves a list that nothing needs, never a record without files.
 * @param more whether further files will be added.
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

/** Writes the whole manifest of a record into a list of its own, and what is to come of it. */
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

/** Of all lists that one request reads whole. */
const MAX_FILES_PER_REQUEST = 20_000;

export function fileLoaders({ fileLists }: Pick<Store, "fileLists">) {
  let listed = 0;
  return {
    /** All files of holders whose files are in a list. @throws LIMIT_EXCEEDED if they are too many together */
    filesOfHolder: new DataLoader<Holder, readonly StoredFile[], string>(
      async (holders) => {
        listed += holders.reduce((sum, { manifest }) => sum + (manifest?.count ?? 0), 0);
        if (listed > MAX_FILES_PER_REQUEST) return holders.map(tooMany);
        const lists = holders.map((each) => fileListOf(each)!);
        const files = await readLists({ fileLists }, lists);
        return lists.map((list) => files.get(list) ?? []);
      },
      { cacheKeyFn: (holder) => fileListOf(holder)! },
    ),
    /** By the id of the part. */
    fileListPart: new DataLoader<string, FileListPart | null>(async (ids) => {
      const found = await fileLists.find({ _id: { $in: [...ids] } }).toArray();
      const parts = new Map(found.map((part) => [part._id, part]));
      return ids.map((id) => parts.get(id) ?? null);
    }),
  };
}

const tooMany = (): DomainError =>
  new DomainError(
    "LIMIT_EXCEEDED",
    `A request gets ${MAX_FILES_PER_REQUEST} files at most in \`files\`: \`manifest { files }\` gives them in pages.`,
  );
