import type { ReplicaTask } from "../deployment/deployment.js";
import type { Kind } from "../graph/id.js";
import type { AnyRecord } from "../graph/stored-record.js";
import { hasEnded } from "../graph/task-state.js";
import type { Task } from "../graph/task.js";
import type { TaskedKind } from "../kinds.js";
import type { Store } from "../store/store.js";
import type { HeardEvent } from "./heard-event.js";
import type { TaskChange } from "./task-change.js";

export const isTasked = ({ kinds }: Pick<Store, "kinds">, kind: Kind | null): kind is TaskedKind =>
  kind !== null && kinds[kind].task !== undefined;

/** A build, a training or a deployment. */
export type TaskedRecord = AnyRecord & { readonly task?: Task; readonly tasks?: readonly ReplicaTask[] };

const change = (
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

export const taskNow = (kind: TaskedKind, { _id, version, modified_at, task, tasks }: TaskedRecord): TaskChange =>
  change(kind, { recordId: _id, version, at: modified_at }, task ?? null, tasks ?? []);

/** The task that the event set, or null if it set none. */
export function taskOfChange(
  store: Pick<Store, "kinds">,
  { record, kind, version, at, task, tasks }: HeardEvent,
): TaskChange | null {
  if (!isTasked(store, kind) || (!task && !tasks)) return null;
  return change(kind, { recordId: record, version, at }, task, tasks ?? []);
}
