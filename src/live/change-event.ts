import type { ReplicaTask } from "../deployment/deployment.js";
import { type Kind, kindOf } from "../graph/id.js";
import type { Task } from "../graph/task.js";
import type { LogChunk } from "../jobs/job.js";
import type { Event } from "../store/store.js";
import type { FeedEvent } from "./change-feed.js";

/** A change of a record. It leaves out the values, which may be large. */
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
  /** The stored fields that were set. */
  readonly fields: readonly string[];
  /** The id of the record's project, if the change has it. */
  readonly proj: string | null;
  /** The new task of a build or training, if it was set. */
  readonly task: Task | null;
  /** The new tasks of a deployment's replicas, if they were set. */
  readonly tasks: readonly ReplicaTask[] | null;
  /** The position of the event in the change stream. */
  readonly token: string;
  /** True if the client already has the SUPERSEDED change of this event. */
  readonly isHalfSent?: boolean;
}

/** Estimates of memory. */
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

/** Without the text: subscribers read it from the store. */
export type LogInsert = Pick<LogChunk, "job">;

const LOG_EVENT_BYTES = 128;

export const logEvent = ({ job }: LogInsert): FeedEvent => ({ record: job, bytes: LOG_EVENT_BYTES });
