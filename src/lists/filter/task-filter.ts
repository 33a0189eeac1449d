import { TaskState } from "../../graph/task-state.js";
import { choiceFilter } from "./choice-filters.js";
import type { Criterion } from "./criterion.js";
import { dateTime } from "./date-time-filter.js";
import { filterOf } from "./filter-of.js";
import { float, int } from "./number-filters.js";
import { part } from "./part-filters.js";
import { text } from "./text-filter.js";

const taskState = choiceFilter("TaskState", () => TaskState);

const TASK_FILTER = filterOf("Task", "Which tasks.", {
  state: taskState("state", { description: "By how far it is.", indexed: true }),
  progress: float("progress", { description: "By progress, between 0 and 1." }),
  startTime: dateTime("start_time", { description: "By when it began to run." }),
  updateTime: dateTime("update_time", { description: "By when it last changed." }),
  error: text("error", { description: "By why it failed." }),
  attempt: int("attempt", { description: "By which attempt it is in." }),
});

/** A filter by the task of a record, of whose state an index of the type tells. */
export const task: Criterion = part("task", () => TASK_FILTER, { description: "By its task.", indexed: true });

export const TASK_ORDERS = {
  STATE: { field: "task.state", description: "By the name of the task's state." },
  PROGRESS: { field: "task.progress", description: "By the progress of the task." },
  START_TIME: { field: "task.start_time", description: "By when the task began to run." },
  UPDATE_TIME: { field: "task.update_time", description: "By when the task last changed." },
};
