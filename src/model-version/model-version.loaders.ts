import DataLoader from "dataloader";
import { namesOf } from "../graph/id.js";
import type { Pin } from "../graph/snapshot.js";
import { findCurrentDocuments, type RecordReads } from "../store/read-records.js";
import { RecordLoader } from "../documents/record-loader.js";
import type { Store } from "../store/store.js";
import type { ModelVersion, ModelVersionSnapshot } from "./model-version.js";
import { keysOfAliases, type VersionName } from "./versions-by-name.js";

function versionNameOf(key: string): VersionName {
  const [model = "", name = ""] = namesOf(key);
  return { model, name };
}

/** @param reads of model versions. */
export function modelVersionLoaders(store: Store, reads: RecordReads) {
  const { snapshots } = store;
  return {
    /** By key; an alias may stand for the version's name. */
    modelVersionByName: new RecordLoader<ModelVersion>(async (keys) => {
      const found = await findCurrentDocuments(reads, keys);
      const others = keys.filter((key) => !found.has(key)).map(versionNameOf);
      const byAlias = await keysOfAliases(store, others);
      if (byAlias.size === 0) return found;
      const aliased = await findCurrentDocuments(reads, [...new Set(byAlias.values())]);
      for (const [name, key] of byAlias) if (aliased.has(key)) found.set(name, aliased.get(key)!);
      return found;
    }),
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
