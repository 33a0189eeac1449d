import { isDeepStrictEqual } from "node:util";
import type { StoredFile } from "../graph/stored-file.js";
import type { Model } from "../model/model.js";
import type { ModelVersion } from "../model-version/model-version.js";
import { keyOf } from "../store/key-of.js";
import { trusted } from "mongoose";
import type { Store } from "../store/store.js";
import type { Attempt } from "./attempt.js";

const manifest = (files: readonly StoredFile[]) => files.map(({ name, size, sha256 }) => [name, size, sha256]).sort();

/** The version that this very attempt has published under the name with the same files, or null. */
export async function publishedBefore(
  { modelVersions }: Pick<Store, "modelVersions">,
  { job, slot }: Attempt,
  model: Model,
  name: string,
  files: readonly StoredFile[],
): Promise<ModelVersion | null> {
  const found = (await modelVersions
    .find({ "train._id": trusted({ $eq: job._id }), deleted: trusted({ $ne: true }) })
    .lean()) as ModelVersion[];
  const since = slot.claimed_at ?? new Date(NaN);
  const same = found.filter(
    ({ key, created_at, files: kept }) =>
      key === keyOf(model.name, name) && created_at >= since && isDeepStrictEqual(manifest(kept), manifest(files)),
  );
  return same.at(-1) ?? null;
}
