import type { Store } from "../store/store.js";

type Paths = Partial<Readonly<Record<keyof Store, readonly string[]>>>;

/**
 * The fields in which snapshots of datasets and of versions stand in records, and in kept copies of snapshots: what needs the list of
 * a record that is gone. Each path has an index of those whose files are in a list.
 */
export const FROZEN: Readonly<Record<"dataset" | "movers", Paths>> = {
  dataset: {
    modelVersions: ["ds", "train.ds", "pretrained.ds", "pretrained.train.ds"],
    trainings: ["ds", "pretrained.ds", "pretrained.train.ds"],
    deployments: ["movers.ds", "movers.train.ds"],
    deploymentRevisions: ["movers.ds", "movers.train.ds"],
    snapshots: ["content.ds", "content.train.ds"],
  },
  movers: {
    modelVersions: ["pretrained"],
    trainings: ["pretrained"],
    deployments: ["movers"],
    deploymentRevisions: ["movers"],
    snapshots: ["content"],
  },
};

/** Few snapshots have a list, so that these indexes hold little and cost nothing elsewhere. */
export const listIndexesOf = (collection: keyof Store) =>
  Object.values(FROZEN)
    .flatMap((paths) => paths[collection] ?? [])
    .map((path) => ({
      key: { [`${path}._id`]: 1 as const, [`${path}.manifest.count`]: 1 as const },
      partialFilterExpression: { [`${path}.manifest.count`]: { $gt: 0 } },
    }));
