import { trusted } from "mongoose";
import type { Store } from "../store/store.js";
import type { Place } from "./unneeded-file.js";

/**
 * Whether a record needs the file: one whose files lie there by themselves or are still awaited, or whose archive or
 * executed notebook it is. The plain files of a record that has been packed are not needed.
 */
export async function isFileNeeded(
  { datasets, modelVersions, trainings }: Pick<Store, "datasets" | "modelVersions" | "trainings">,
  place: Place,
  sha256: string,
): Promise<boolean> {
  const hash = trusted({ $eq: sha256 });
  const lightweight = place === "lightweight";
  const needed = await Promise.all([
    datasets.exists({ "files.sha256": hash, lightweight, archive: null }),
    datasets.exists({ "archive.sha256": hash, lightweight }),
    modelVersions.exists({ "files.sha256": hash, lightweight, archive: null }),
    modelVersions.exists({ "archive.sha256": hash, lightweight }),
    lightweight ? null : trainings.exists({ "output.sha256": hash }),
  ]);
  return needed.some((each) => each !== null);
}
