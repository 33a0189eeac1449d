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

/**
 * Loads current versions by key, in which an alias may stand for the name.
 * @param reads of model versions.
 */
export const loadVersionByName = (
  store: Pick<Store, "models" | "modelVersions">,
  reads: RecordReads,
): RecordLoader<ModelVersion> =>
  new RecordLoader(async (keys) => {
    const found = await findCurrentDocuments(reads, keys);
    const others = keys.filter((key) => !found.has(key)).map(versionNameOf);
    const byAlias = await keysOfAliases(store, others);
    if (byAlias.size === 0) return found;
    const aliased = await findCurrentDocuments(reads, [...new Set(byAlias.values())]);
    for (const [name, key] of byAlias) if (aliased.has(key)) found.set(name, aliased.get(key)!);
    return found;
  });

/** Loads pinned copies by the hash of their content. */
export const loadPinnedVersion = ({
  snapshots,
}: Pick<Store, "snapshots">): DataLoader<string, ModelVersionSnapshot | null> =>
  new DataLoader(async (hashes) => {
    const found = await snapshots.find({ _id: { $in: [...hashes] } }).toArray();
    const contents = new Map(found.map(({ _id, content }) => [_id, content]));
    return hashes.map((hash) => contents.get(hash) ?? null);
  });

/** Returns the snapshot of a pin. @throws Error if its copy is missing */
export async function loadPinned(
  { pinnedVersion }: { readonly pinnedVersion: ReturnType<typeof loadPinnedVersion> },
  { hash, taken_at }: Pin,
): Promise<ModelVersionSnapshot> {
  const copy = await pinnedVersion.load(hash);
  if (!copy) throw new Error(`The snapshot ${hash} is missing.`);
  return { ...copy, taken_at };
}
