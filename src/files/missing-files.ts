import type { StoredFile } from "../graph/stored-file.js";
import { isDuplicateKey } from "../store/store-errors.js";
import type { Store } from "../store/store.js";
import type { MissingFile } from "./file-documents.js";

type Missing = Pick<Store, "missingFiles" | "now">;

const BATCH = 1_000;
const idOf = (of: string, name: string): string => `${of}/${name}`;

/** Notes files as missing. Returns the files noted before under these names. Repeatable. */
export async function insertMissing(
  { missingFiles, now }: Missing,
  { of, record }: Pick<MissingFile, "of" | "record">,
  files: readonly StoredFile[],
): Promise<readonly StoredFile[]> {
  const since = await now();
  const taken: StoredFile[] = [];
  for (let at = 0; at < files.length; at += BATCH) {
    const batch = files.slice(at, at + BATCH);
    const documents = batch.map(({ name, size, sha256 }) => ({
      _id: idOf(of, name),
      of,
      record,
      name,
      size,
      sha256,
      since,
    }));
    try {
      await missingFiles.insertMany(documents, { ordered: false });
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      const existing = await missingFiles.find({ _id: { $in: documents.map(({ _id }) => _id) } }).toArray();
      taken.push(...existing);
    }
  }
  return taken;
}

export const findMissingFile = (
  { missingFiles }: Pick<Store, "missingFiles">,
  of: string,
  name: string,
): Promise<MissingFile | null> => missingFiles.findOne({ _id: idOf(of, name) });

/** Removes files that have arrived. */
export const deleteMissing = async (
  { missingFiles }: Pick<Store, "missingFiles">,
  of: string,
  names: readonly string[],
): Promise<void> => void (await missingFiles.deleteMany({ _id: { $in: names.map((name) => idOf(of, name)) } }));

export const hasMissing = async ({ missingFiles }: Pick<Store, "missingFiles">, of: string): Promise<boolean> =>
  (await missingFiles.findOne({ of }, { projection: { _id: 1 } })) !== null;

/** Lists missing files by name. */
export const listMissing = (
  { missingFiles }: Pick<Store, "missingFiles">,
  of: string,
  {
    after = "",
    skip = 0,
    limit = 0,
  }: { readonly after?: string; readonly skip?: number; readonly limit?: number } = {},
): Promise<MissingFile[]> =>
  missingFiles
    .find({ of, name: { $gt: after } })
    .sort({ name: 1 })
    .skip(skip)
    .limit(limit)
    .toArray();

/** Returns those of the names that are noted as missing. */
export const findMissing = (
  { missingFiles }: Pick<Store, "missingFiles">,
  of: string,
  names: readonly string[],
): Promise<MissingFile[]> => missingFiles.find({ _id: { $in: names.map((name) => idOf(of, name)) } }).toArray();

/** Returns number and bytes of the missing files. */
export async function sumMissing(
  { missingFiles }: Pick<Store, "missingFiles">,
  of: string,
): Promise<{ count: number; bytes: number }> {
  const [sum] = await missingFiles
    .aggregate<{
      count: number;
      bytes: number;
    }>([{ $match: { of } }, { $group: { _id: null, count: { $sum: 1 }, bytes: { $sum: "$size" } } }])
    .toArray();
  return { count: sum?.count ?? 0, bytes: sum?.bytes ?? 0 };
}

/** Removes what an open manifest waits for, once its list is written or gone. */
export const deleteMissingOf = async ({ missingFiles }: Pick<Store, "missingFiles">, record: string): Promise<void> =>
  void (await missingFiles.deleteMany({ of: record }));

/** Removes all notes of a record that is deleted. */
export const deleteMissingOfRecord = async (
  { missingFiles }: Pick<Store, "missingFiles">,
  record: string,
): Promise<void> => void (await missingFiles.deleteMany({ record }));
