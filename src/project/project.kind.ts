import { recordKind } from "../record-kind.js";
import { Project, PROJECT_DEFINITION } from "./project.js";

export const PROJECT = recordKind({
  kind: "project",
  collection: "projects",
  label: "project",
  record: Project,
  naturalKey: [["name"]],
  scope: "PROJECT_NAME",
  definition: PROJECT_DEFINITION,
  owns: [
    { kind: "depl", field: "proj" },
    { kind: "train", field: "proj" },
    { kind: "build", field: "proj" },
    { kind: "bvers", field: "proj" },
  ],
});
