import type { Criterion } from "./criterion.js";
import { dateTime } from "./date-time-filter.js";
import { type FilterType, filterOf } from "./filter-of.js";
import { id } from "./id-filter.js";

/** The filter by a snapshot of a type. */
export const snapshotFilterOf = (name: string, criteria: Readonly<Record<string, Criterion>>): FilterType =>
  filterOf(`${name}Snapshot`, `Which snapshots of ${name} records.`, {
    recordId: id("By the id of the record that was frozen."),
    takenAt: dateTime("taken_at", { description: "By when the snapshot was taken." }),
    ...criteria,
  });
