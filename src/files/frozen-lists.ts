import type { Store } from "../store/store.js";

type Paths = Partial<Readonly<Record<keyof Store, readonly string[]>>>;

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

/** Few snapshots have a list, so that these indexes stay small. */
export const listIndexesOf = (collection: keyof Store) =>
  Object.values(FROZEN)
    .flatMap((paths) => paths[collection] ?? [])
    .map((path) => ({
      key: { [`${path}._id`]: 1 as const, [`${path}.manifest.count`]: 1 as const },
      partialFilterExpression: { [`${path}.manifest.count`]: { $gt: 0 } },
    }));
