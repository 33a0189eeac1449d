import DataLoader from "dataloader";
import { ChildPages } from "../lists/child-pages.js";
import { namesOf } from "../store/key-of.js";
import type { Store } from "../store/store.js";
import type { ModelVersion, ModelVersionSnapshot } from "./model-version.js";
import { versionsByName } from "./versions-by-name.js";

export function modelVersionLoaders({ models, modelVersions, snapshots, byKind }: Store) {
  return {
    /** By key, in which an alias may stand for the version's name. */
    modelVersionByName: new DataLoader<string, ModelVersion | null>((keys) =>
      versionsByName(
        { models, modelVersions },
        keys.map((key) => {
          const [model = "", name = ""] = namesOf(key);
          return { model, name };
        }),
      ),
    ),
    versionsOfModel: new ChildPages(byKind.model, modelVersions, "model"),
    versionsOfProject: new ChildPages(byKind.project, modelVersions, "train.proj._id"),
    versionsOfBuildVersion: new ChildPages(byKind.bvers, modelVersions, "train.bvers._id"),
    versionsOfDataset: new ChildPages(byKind.dataset, modelVersions, "ds._id"),
    versionsFromVersion: new ChildPages(byKind.movers, modelVersions, "pretrained._id"),
    /** Pinned copies by the hash of their content. */
    pinnedVersion: new DataLoader<string, ModelVersionSnapshot | null>(async (hashes) => {
      const found = await snapshots.find({ _id: { $in: [...hashes] } }).toArray();
      const contents = new Map(found.map(({ _id, content }) => [_id, content]));
      return hashes.map((hash) => contents.get(hash) ?? null);
    }),
  };
}
