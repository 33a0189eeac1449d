import { recordKind } from "../record-kind.js";
import { TRAINING_DEFINITION } from "../model-version/training-snapshot.js";
import { Training } from "./training.js";

export const TRAINING = recordKind({
  kind: "train",
  collection: "trainings",
  label: "training",
  record: Training,
  naturalKey: [["proj", "name"], ["name"]],
  scope: "PROJECT_NAME",
  definition: TRAINING_DEFINITION,
  task: "OWN",
  log: "OF_JOB",
  end: { cancel: true },
  holds: "OUTPUT",
});
