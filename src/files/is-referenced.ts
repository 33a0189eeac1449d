import { trusted } from "mongoose";
import type { Store } from "../store/store.js";
import type { FilePlace } from "./file-documents.js";
import { fileCollections } from "./file-record.js";

/**
 * True if a record needs the file: as a plain file, arrived or awaited, as an archive or as an executed notebook. A
 * packed record no longer needs its plain files.
 */
export async function isReferenced(store: Store, place: FilePlace, sha256: string): Promise<boolean> {
  const hash = trusted({ $eq: sha256 });
  const lightweight = place === "lightweight";
  const lists = await store.fileLists.find({ "files.sha256": sha256 }, { projection: { record: 1 } }).toArray();
  const listed = { _id: trusted({ $in: lists.map(({ record }) => record) }), lightweight, archive: null };
  const needed = await Promise.all([
    ...fileCollections(store).flatMap((records) => [
      ...(lists.length > 0 ? [records.exists(listed)] : []),
      records.exists({ "files.sha256": hash, lightweight, archive: null }),
      records.exists({ "archive.sha256": hash, lightweight }),
    ]),
    ...(lightweight ? [] : [store.trainings.exists({ "output.sha256": hash })]),
  ]);
  return needed.some((each) => each !== null);
}
