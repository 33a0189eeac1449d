import { freezeModel } from "../model/freeze-model.js";
import { parentOf } from "../store/parent-of.js";
import type { Store } from "../store/store.js";
import type { ModelVersion, ModelVersionSnapshot } from "./model-version.js";
import { pinSnapshot } from "./pin-snapshot.js";

/**
 * The version as it is. What it was trained from is pinned, so that a chain does not grow.
 * @param alias by which it was asked for, or null.
 * @throws CONFLICT where the model is being deleted.
 */
export async function freezeModelVersion(
  store: Pick<Store, "models" | "snapshots">,
  version: ModelVersion,
  at: Date,
  alias: string | null,
): Promise<ModelVersionSnapshot> {
  const { _id, key, name, train, ds, details, compressed, lightweight, files, manifest, file_list, pretrained } =
    version;
  return {
    _id,
    key,
    taken_at: at,
    name,
    alias,
    train: train ?? null,
    ds: ds ?? null,
    details,
    compressed,
    lightweight,
    files,
    ...(manifest && { manifest, file_list }),
    model: freezeModel(await parentOf(store.models, version.model), at),
    pretrained: pretrained ? await pinSnapshot(store, pretrained) : null,
  };
}
