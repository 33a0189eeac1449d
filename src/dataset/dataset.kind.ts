import { recordKind } from "../record-kind.js";
import { Dataset, DATASET_DEFINITION } from "./dataset.js";

export const DATASET = recordKind({
  kind: "dataset",
  collection: "datasets",
  label: "dataset",
  record: Dataset,
  naturalKey: [["model", "name"], ["name"]],
  scope: "MODEL_NAME",
  definition: DATASET_DEFINITION,
  supersedes: "WHEN_COMPLETE",
  usedBy: [{ kind: "train", field: "ds._id", underWay: true }],
  holds: "FILES",
});
