import DataLoader from "dataloader";
import { namesOf } from "../graph/id.js";
import type { Pin } from "../graph/snapshot.js";
import type { Store } from "../store/store.js";
import type { ModelVersion, ModelVersionSnapshot } from "./model-version.js";
import { versionsByName } from "./versions-by-name.js";

export function modelVersionLoaders({ models, modelVersions, snapshots }: Store) {
  return {
    /** By key; an alias may stand for the version's name. */
    modelVersionByName: new DataLoader<string, ModelVersion | null>((keys) =>
      versionsByName(
        { models, modelVersions },
        keys.map((key) => {
          const [model = "", name = ""] = namesOf(key);
          return { model, name };
        }),
      ),
    ),
    /** Pinned copies by the hash of their content. */
    pinnedVersion: new DataLoader<string, ModelVersionSnapshot | null>(async (hashes) => {
      const found = await snapshots.find({ _id: { $in: [...hashes] } }).toArray();
      const contents = new Map(found.map(({ _id, content }) => [_id, content]));
      return hashes.map((hash) => contents.get(hash) ?? null);
    }),
  };
}

/** Returns the snapshot of a pin. @throws Error if its copy is missing */
export async function loadPinned(
  { pinnedVersion }: Pick<ReturnType<typeof modelVersionLoaders>, "pinnedVersion">,
  { hash, taken_at }: Pin,
): Promise<ModelVersionSnapshot> {
  const copy = await pinnedVersion.load(hash);
  if (!copy) throw new Error(`The snapshot ${hash} is missing.`);
  return { ...copy, taken_at };
}
