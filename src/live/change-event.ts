import type { ReplicaTask } from "../deployment/deployment.js";
import { type Kind, kindOf } from "../graph/id.js";
import type { Task } from "../graph/task.js";
import type { LogChunk } from "../jobs/job.js";
import type { Event } from "../store/store.js";
import type { FeedEvent } from "./change-feed.js";

/** A change of a record, without the values that it set: they may be large, and the record has them. */
export interface ChangeEvent extends FeedEvent {
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

const EVENT_BYTES = 512;
const BYTES_PER_FIELD = 32;
const BYTES_PER_TASK = 256;

export function changeEvent(event: Event, token: string): ChangeEvent {
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
    bytes: EVENT_BYTES + BYTES_PER_FIELD * fields.length + errors.reduce((sum, each) => sum + BYTES_PER_TASK + each, 0),
  };
}

/** All of it that the store is asked for: a follower of another log has no use for the text. */
export type Chunk = Pick<LogChunk, "job">;

const LOG_EVENT_BYTES = 128;

export const logEvent = ({ job }: Chunk): FeedEvent => ({ record: job, bytes: LOG_EVENT_BYTES });
