import { trusted } from "mongoose";
import type { Store } from "../store/store.js";
import type { FilePlace } from "./unneeded-file.js";

/**
 * True if a record needs the file: one whose files lie there by themselves or are still awaited, or whose archive or
 * executed notebook it is. The plain files of a record that has been packed are not needed.
 */
export async function isFileNeeded(
  {
    datasets,
    modelVersions,
    trainings,
    fileLists,
  }: Pick<Store, "datasets" | "modelVersions" | "trainings" | "fileLists">,
  place: FilePlace,
  sha256: string,
): Promise<boolean> {
  const hash = trusted({ $eq: sha256 });
  const lightweight = place === "lightweight";
  const lists = await fileLists.find({ "files.sha256": sha256 }, { projection: { record: 1 } }).toArray();
  const listed = { _id: trusted({ $in: lists.map(({ record }) => record) }), lightweight, archive: null };
  const needed = await Promise.all([
    ...(lists.length > 0 ? [datasets.exists(listed), modelVersions.exists(listed)] : []),
    datasets.exists({ "files.sha256": hash, lightweight, archive: null }),
    datasets.exists({ "archive.sha256": hash, lightweight }),
    modelVersions.exists({ "files.sha256": hash, lightweight, archive: null }),
    modelVersions.exists({ "archive.sha256": hash, lightweight }),
    lightweight ? null : trainings.exists({ "output.sha256": hash }),
  ]);
  return needed.some((each) => each !== null);
}
