import { isDeepStrictEqual } from "node:util";
import { sortedByName, manifestHash } from "../files/file-lists.js";
import type { StoredFile } from "../graph/stored-file.js";
import type { Model } from "../model/model.js";
import type { ModelVersion } from "../model-version/model-version.js";
import { keyOf } from "../store/key-of.js";
import { trusted } from "mongoose";
import type { Store } from "../store/store.js";
import type { Attempt } from "./attempt.js";

const hashOf = (files: readonly StoredFile[]): string => manifestHash(sortedByName(files));

/** The fields of a version beside its name and files. */
export type VersionFields = Pick<ModelVersion, "details" | "compressed" | "lightweight"> & {
  readonly ds: string | null;
  readonly pretrained: string | null;
};

const wishOf = ({ details, compressed, lightweight, ds, pretrained }: ModelVersion): VersionFields => ({
  details,
  compressed,
  lightweight,
  ds: ds?._id ?? null,
  pretrained: pretrained?._id ?? null,
});

/** The version that this very attempt has published last under the name, or null. */
export async function lastPublished(
  { modelVersions }: Pick<Store, "modelVersions">,
  { job, slot }: Attempt,
  model: Model,
  name: string,
): Promise<ModelVersion | null> {
  const found = (await modelVersions
    .find({ "train._id": trusted({ $eq: job._id }), deleted: trusted({ $ne: true }) })
    .sort({ _id: 1 })
    .lean()) as ModelVersion[];
  const since = slot.claimed_at ?? new Date(NaN);
  return found.filter(({ key, created_at }) => key === keyOf(model.name, name) && created_at >= since).at(-1) ?? null;
}

/** True if the version was asked for in the same words: with the same files, details and origin. */
export const isAskedAgain = (version: ModelVersion, files: readonly StoredFile[], wish: VersionFields): boolean =>
  (version.manifest?.sha256 ?? hashOf(version.files)) === hashOf(files) && isDeepStrictEqual(wishOf(version), wish);
