import { kind } from "./kind.js";

/** Types whose records have `details`. */
const DETAILED = ["Dataset", "Training", "ModelVersion", "Deployment", "DeploymentRevision", "TreasureChest"];
const DETAILS_INDEX = new RegExp(`^(${DETAILED.join("|")}):([^.$\\s]+(?:\\.[^.$\\s]+)*)$`);

/** Stored paths into `details` by type, from `ModelVersion:metrics.accuracy,Training:team`. */
export const detailsIndexes = kind<ReadonlyMap<string, readonly string[]>>(
  `TYPE:key.key, as ModelVersion:metrics.accuracy; TYPE is one of ${DETAILED.join(", ")}; several between commas`,
  (text) => {
    const indexes = new Map<string, readonly string[]>();
    for (const each of text.split(",").map((part) => part.trim())) {
      if (!each) continue;
      const [, type, path] = DETAILS_INDEX.exec(each) ?? [];
      if (!type || !path) return undefined;
      indexes.set(type, [...(indexes.get(type) ?? []), `details.${path}`]);
    }
    return indexes;
  },
);
