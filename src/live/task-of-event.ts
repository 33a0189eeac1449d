import type { ReplicaTask } from "../deployment/deployment.js";
import type { Kind } from "../graph/id.js";
import { hasEnded, type Task } from "../graph/task.js";
import type { TaskedKind } from "../kinds.js";
import type { Store } from "../store/store.js";
import type { ChangeEvent } from "./change-event.js";
import type { TaskChange } from "./task-change.js";

export const hasTasks = ({ kinds }: Pick<Store, "kinds">, kind: Kind | null): kind is TaskedKind =>
  kind !== null && kinds[kind].task !== undefined;

export const taskChange = (
  kind: TaskedKind,
  { recordId, version, at }: Pick<TaskChange, "recordId" | "version" | "at">,
  task: Task | null,
  replicas: readonly ReplicaTask[],
): TaskChange => ({
  recordId,
  type: kind,
  version,
  at,
  task,
  replicas,
  ended: task !== null && hasEnded(task.state),
});

/** Returns the task that the event set, or null. */
export function taskOfEvent(
  store: Pick<Store, "kinds">,
  { record, kind, version, at, task, tasks }: ChangeEvent,
): TaskChange | null {
  if (!hasTasks(store, kind) || (!task && !tasks)) return null;
  return taskChange(kind, { recordId: record, version, at }, task, tasks ?? []);
}
