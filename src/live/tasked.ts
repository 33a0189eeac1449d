import type { ReplicaTask } from "../deployment/deployment.js";
import type { Kind } from "../graph/id.js";
import type { AnyRecord } from "../graph/stored-record.js";
import type { Task } from "../graph/task.js";
import { hasEnded } from "../graph/task-state.js";
import type { HeardEvent } from "./heard-event.js";
import { recordTypeOf } from "./record-type.js";
import type { TaskChange } from "./task-change.js";

export const TASKED = ["build", "train", "depl"] as const satisfies readonly Kind[];
export type TaskedKind = (typeof TASKED)[number];

export const isTasked = (kind: Kind | null): kind is TaskedKind => (TASKED as readonly unknown[]).includes(kind);

/** A build, a training or a deployment. */
export type TaskedRecord = AnyRecord & { readonly task?: Task; readonly tasks?: readonly ReplicaTask[] };

const change = (
  kind: TaskedKind,
  { recordId, version, at }: Pick<TaskChange, "recordId" | "version" | "at">,
  task: Task | null,
  replicas: readonly ReplicaTask[],
): TaskChange => ({
  recordId,
  type: recordTypeOf(kind),
  version,
  at,
  task,
  replicas,
  ended: task !== null && hasEnded(task.state),
});

export const taskNow = (kind: TaskedKind, { _id, version, modified_at, task, tasks }: TaskedRecord): TaskChange =>
  change(kind, { recordId: _id, version, at: modified_at }, task ?? null, tasks ?? []);

/** The task that the event set, or null where it set none. */
export function taskAfter({ record, kind, version, at, task, tasks }: HeardEvent): TaskChange | null {
  if (!isTasked(kind) || (!task && !tasks)) return null;
  return change(kind, { recordId: record, version, at }, task, tasks ?? []);
}
