import { TaskState } from "../../graph/task-state.js";
import { choiceFilter } from "./choice-filters.js";
import type { Criterion } from "./criterion.js";
import { dateTime } from "./date-time-filter.js";
import { filterOf } from "./filter-of.js";
import { float, int } from "./number-filters.js";
import { part } from "./part-filters.js";
import { text } from "./text-filter.js";

const taskState = choiceFilter("TaskState", () => TaskState);

const TASK_FILTER = filterOf("Task", "Conditions on a task.", {
  state: taskState("state", { description: "Filters by state.", indexed: true }),
  progress: float("progress", { description: "Filters by progress, between 0 and 1." }),
  startTime: dateTime("start_time", { description: "Filters by the time at which it began to run." }),
  updateTime: dateTime("update_time", { description: "Filters by the time of its last change." }),
  error: text("error", { description: "Filters by the reason why it failed." }),
  attempt: int("attempt", { description: "Filters by the number of the attempt." }),
});

/** A filter by the task of a record, of whose state an index of the type tells. */
export const task: Criterion = part("task", () => TASK_FILTER, { description: "Filters by its task.", indexed: true });

export const TASK_ORDERS = {
  STATE: { field: "task.state", description: "Sorts by the name of the task's state." },
  PROGRESS: { field: "task.progress", description: "Sorts by the progress of the task." },
  START_TIME: { field: "task.start_time", description: "Sorts by the time at which the task began to run." },
  UPDATE_TIME: { field: "task.update_time", description: "Sorts by the time at which the task last changed." },
};
