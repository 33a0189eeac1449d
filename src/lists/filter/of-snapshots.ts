import type { Criterion } from "./criterion.js";
import { dateTime } from "./date-time-filter.js";
import { type FilterType, filterOf } from "./filter-of.js";
import { id } from "./id-filter.js";

/** The filter by a snapshot of a type. */
export const snapshotFilterOf = (name: string, criteria: Readonly<Record<string, Criterion>>): FilterType =>
  filterOf(`${name}Snapshot`, `Conditions on snapshots of ${name} records.`, {
    recordId: id("Filters by the id of the record of which the snapshot was taken."),
    takenAt: dateTime("taken_at", { description: "Filters by the time at which the snapshot was taken." }),
    ...criteria,
  });
