import { recordKind } from "../record-kind.js";
import { BUILD_VERSION_DEFINITION, BuildVersion } from "./build-version.js";

export const BUILD_VERSION = recordKind({
  kind: "bvers",
  collection: "buildVersions",
  label: "build version",
  record: BuildVersion,
  naturalKey: [["proj", "name"], ["tag"]],
  scope: "PROJECT_NAME",
  definition: BUILD_VERSION_DEFINITION,
  supersedes: "WHEN_INSERTED",
  usedBy: [
    { kind: "depl", field: "bvers._id" },
    { kind: "train", field: "bvers._id", underWay: true },
  ],
  holds: "IMAGE",
});
