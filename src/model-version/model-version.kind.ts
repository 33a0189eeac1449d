import { recordKind } from "../record-kind.js";
import { MODEL_VERSION_DEFINITION, ModelVersion } from "./model-version.js";

export const MODEL_VERSION = recordKind({
  kind: "movers",
  collection: "modelVersions",
  label: "model version",
  record: ModelVersion,
  naturalKey: [["model", "name"], ["name"]],
  scope: "MODEL_NAME",
  definition: MODEL_VERSION_DEFINITION,
  supersedes: "WHEN_COMPLETE",
  usedBy: [
    { kind: "depl", field: "movers._id" },
    { kind: "train", field: "pretrained._id", underWay: true },
  ],
  holds: "FILES",
});
