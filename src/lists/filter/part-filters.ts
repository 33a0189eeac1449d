import { FilesState, StoredFile } from "../../graph/stored-file.js";
import { TaskState } from "../../graph/task.js";
import { type Criterion, fieldAt, type FieldScope } from "./criterion.js";
import { filterOf, type FilterType } from "./filter-of.js";
import { listAt, type Predicate } from "./predicate.js";
import { choiceFilter } from "./choice-filters.js";
import { dateTime, float, id, int, text } from "./value-filters.js";

interface Options {
  readonly description: string;
  /** True if indexes of the type begin with fields of the part, such as the id of a snapshot. */
  readonly indexed?: boolean;
}

/** Returns a filter by one part: a snapshot, or the task. */
export const part = (
  field: string,
  filter: () => FilterType,
  { description, indexed = false }: Options,
): Criterion => ({
  type: () => filter().type,
  description,
  predicate: (filterInput: object, at, context) =>
    filter().predicate(
      filterInput,
      { ...at, prefix: `${at.prefix}${field}.`, indexed: indexOf(at, field, indexed) },
      context,
    ),
});

/** Returns a filter by a list: one element must match all of it. */
export const someOf = (
  field: string,
  filter: () => FilterType,
  { description, indexed = false }: Options,
): Criterion => ({
  type: () => filter().type,
  description,
  predicate: async (filterInput: object, at, context): Promise<Predicate> => {
    const as = `each${at.depth}`;
    const inner = await filter().predicate(
      filterInput,
      { ...at, prefix: `$$${as}.`, indexed: indexOf(at, field, indexed), depth: at.depth + 1 },
      context,
    );
    const expression = { $anyElementTrue: [{ $map: { input: listAt(fieldAt(at, field)), as, in: inner.expression } }] };
    // Different elements may match the conditions, but one must match all.
    const isExact = inner.residual === null && inner.indexConditions.length === 1;
    return { expression, indexConditions: inner.indexConditions, residual: isExact ? null : expression };
  },
});

const indexOf = ({ indexed }: FieldScope, field: string, isIndexed: boolean): string | null =>
  indexed === "" && isIndexed ? `${field}.` : null;

/** Returns the filter by snapshots of a type. */
export const snapshotFilterOf = (name: string, criteria: Readonly<Record<string, Criterion>>): FilterType =>
  filterOf(`${name}Snapshot`, `Conditions on snapshots of ${name} records.`, {
    recordId: id("Filters by the id of the record of which the snapshot was taken."),
    takenAt: dateTime("taken_at", { description: "Filters by the time at which the snapshot was taken." }),
    ...criteria,
  });

const FILE_FILTER = filterOf(StoredFile.name, "Conditions on a file.", {
  name: text("name", { description: "Filters by name." }),
  sha256: text("sha256", { description: "Filters by the SHA-256 of the content, in lower-case hex digits." }),
  size: float("size", { description: "Filters by size in bytes." }),
});

/** Filters records by their files: one file must match all of it. */
export const files: Criterion = someOf("files", () => FILE_FILTER, {
  description: "Filters by one of its files, if there are 250 at most: it does not look into longer manifests.",
});

export const filesState = choiceFilter("FilesState", () => FilesState);

const taskState = choiceFilter("TaskState", () => TaskState);

const TASK_FILTER = filterOf("Task", "Conditions on a task.", {
  state: taskState("state", { description: "Filters by state.", indexed: true }),
  progress: float("progress", { description: "Filters by progress, between 0 and 1." }),
  startTime: dateTime("start_time", { description: "Filters by the time at which it began to run." }),
  updateTime: dateTime("update_time", { description: "Filters by the time of its last change." }),
  error: text("error", { description: "Filters by the reason why it failed." }),
  attempt: int("attempt", { description: "Filters by the number of the attempt." }),
});

/** Filters records by their task. Indexes of the type have its state. */
export const task: Criterion = part("task", () => TASK_FILTER, { description: "Filters by its task.", indexed: true });

export const TASK_ORDERS = {
  STATE: { field: "task.state", description: "Sorts by the name of the task's state." },
  PROGRESS: { field: "task.progress", description: "Sorts by the progress of the task." },
  START_TIME: { field: "task.start_time", description: "Sorts by the time at which the task began to run." },
  UPDATE_TIME: { field: "task.update_time", description: "Sorts by the time at which the task last changed." },
};
