import { recordKind } from "../record-kind.js";
import { Build } from "./build.js";

export const BUILD = recordKind({
  kind: "build",
  collection: "builds",
  label: "build",
  record: Build,
  scope: "PROJECT_ID",
  task: "OWN",
  log: "OF_JOB",
  end: { cancel: true },
});
