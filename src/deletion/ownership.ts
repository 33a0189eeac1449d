import type { Kind } from "../graph/id.js";

/** Children that go with a record, by the field that holds its id. */
export const OWNED: Partial<Record<Kind, readonly { readonly kind: Kind; readonly field: string }[]>> = {
  project: [
    { kind: "depl", field: "proj" },
    { kind: "train", field: "proj" },
    { kind: "build", field: "proj" },
    { kind: "bvers", field: "proj" },
  ],
  model: [
    { kind: "movers", field: "model" },
    { kind: "dataset", field: "model" },
  ],
  depl: [{ kind: "revision", field: "deployment" }],
};

/** Records that need another one, by the field that holds its id. `underWay`: only while their task has not ended. */
export const USES: Partial<
  Record<Kind, readonly { readonly kind: Kind; readonly field: string; readonly underWay?: true }[]>
> = {
  model: [{ kind: "project", field: "model" }],
  bvers: [
    { kind: "depl", field: "bvers._id" },
    { kind: "train", field: "bvers._id", underWay: true },
  ],
  dataset: [{ kind: "train", field: "ds._id", underWay: true }],
  movers: [
    { kind: "depl", field: "movers._id" },
    { kind: "train", field: "pretrained._id", underWay: true },
  ],
  tchest: [
    { kind: "build", field: "chest", underWay: true },
    { kind: "build", field: "registry_chest", underWay: true },
  ],
};

/** How a kind is called towards people. */
export const CALLED: Record<Kind, string> = {
  project: "project",
  model: "model",
  build: "build",
  bvers: "build version",
  dataset: "dataset",
  train: "training",
  movers: "model version",
  depl: "deployment",
  revision: "deployment revision",
  tchest: "treasure chest",
};
