import type { ReplicaTask } from "../deployment/deployment.js";
import { type Kind, kindOf } from "../graph/id.js";
import type { Task } from "../graph/task.js";
import type { Event } from "../store/store.js";
import type { Heard } from "./change-feed.js";

/** A change of a record, without the values that it set: they may be large, and the record has them. */
export interface HeardEvent extends Heard {
  /** `<record id>.<version>` */
  readonly id: string;
  readonly record: string;
  readonly kind: Kind;
  readonly key: string;
  readonly version: number;
  readonly at: Date;
  readonly caller: string;
  readonly action: Event["action"];
  /** The stored fields that it set. */
  readonly fields: readonly string[];
  /** The project that the record is under, where the change says it. */
  readonly proj: string | null;
  /** The task that it set, of a build or training. */
  readonly task: Task | null;
  /** The tasks that it set, of a deployment's replicas. */
  readonly tasks: readonly ReplicaTask[] | null;
  /** The position after which the store tells what came. */
  readonly token: string;
  /** True if the one who hears it was told already what it did to another record. */
  readonly isHalfTold?: boolean;
}

const FRAME = 512;
const OF_FIELD = 32;
const OF_TASK = 256;

export function heardEvent(event: Event, token: string): HeardEvent {
  const { _id: id, record, key, version, at, caller, action, after, before } = event;
  const kind = kindOf(record);
  if (!kind) throw new Error("An event is one of a record.");
  const fields = Object.keys(after);
  const proj = after["proj"] ?? before["proj"];
  const task = (after["task"] as Task | undefined) ?? null;
  const tasks = (after["tasks"] as ReplicaTask[] | undefined) ?? null;
  const errors = [task, ...(tasks ?? [])].map((each) => 2 * (each?.error?.length ?? 0));
  return {
    id,
    record,
    kind,
    key,
    version,
    at,
    caller,
    action,
    fields,
    proj: typeof proj === "string" ? proj : null,
    task,
    tasks,
    token,
    bytes: FRAME + OF_FIELD * fields.length + errors.reduce((sum, each) => sum + OF_TASK + each, 0),
  };
}
