import { recordKind } from "../record-kind.js";
import { Model, MODEL_DEFINITION } from "./model.js";

export const MODEL = recordKind({
  kind: "model",
  collection: "models",
  label: "model",
  record: Model,
  naturalKey: [["name"]],
  scope: "MODEL_NAME",
  definition: MODEL_DEFINITION,
  owns: [
    { kind: "movers", field: "model" },
    { kind: "dataset", field: "model" },
  ],
  usedBy: [{ kind: "project", field: "model" }],
});
