import type { App } from "../app.js";
import { ROCAS } from "../caller.js";
import { DomainError } from "../errors.js";
import type { AnyRecord } from "../graph/stored-record.js";
import { hasEnded, mayMove, type Task, TaskState } from "../graph/task.js";
import { changeRecord } from "../store/change-record.js";
import { systemIntent } from "../store/idempotency.js";
import type { Records, Store } from "../store/store.js";
import type { Job, JobState } from "./job.js";

/** The interval of progress: each write is an event for all subscribers. */
const PROGRESS_MS = 1_000;

const STATE: Record<JobState, TaskState> = {
  QUEUED: TaskState.WAITING,
  STARTING: TaskState.WAITING,
  RUNNING: TaskState.RUNNING,
  FINISHING: TaskState.RUNNING,
  SUCCEEDED: TaskState.FINISHED,
  FAILED: TaskState.FAILED,
  CANCELLED: TaskState.CANCELLED,
};

type Tasked = AnyRecord & { readonly task: Task };

/** Returns the task after the job, or null if it need not be written: it is current, has ended, or was just written. */
export function taskAfter(task: Task, job: Job, at: Date): Task | null {
  if (hasEnded(task.state)) return null;
  const target = STATE[job.state];
  // A new attempt does not bring the task back to WAITING.
  const next = target === task.state || !mayMove(task.state, target) ? step(task.state, target) : target;
  const slot = job.slots[0];
  const progress = next === TaskState.FINISHED ? 1 : Math.min(1, Math.max(0, slot?.progress ?? job.progress));
  const attempt = Math.max(1, slot?.attempt ?? job.attempt);
  const error = next === TaskState.FAILED ? job.error : null;
  const reason = hasEnded(next) ? null : (job.reason ?? null);
  const hasMoved = next !== task.state || attempt !== task.attempt || reason !== (task.reason ?? null);
  if (!hasMoved && progress === task.progress) return null;
  if (!hasMoved && at.getTime() - task.update_time.getTime() < PROGRESS_MS) return null;
  const begins = next !== TaskState.WAITING && next !== TaskState.CANCELLED;
  return {
    state: next,
    progress,
    attempt,
    error,
    reason,
    update_time: at,
    // The container began with its claim, a moment earlier.
    start_time: task.start_time ?? (begins ? (slot?.claimed_at ?? at) : null),
  };
}

/** Returns the next state: a WAITING task passes through RUNNING before FINISHED. */
const step = (from: TaskState, to: TaskState): TaskState =>
  from === TaskState.WAITING && to === TaskState.FINISHED ? TaskState.RUNNING : from;

function recordsOf(store: Store, { kind }: Job): Records<Tasked> | null {
  if (kind === "BUILD") return store.builds as unknown as Records<Tasked>;
  if (kind === "TRAIN") return store.trainings as unknown as Records<Tasked>;
  return null;
}

/** Copies the progress of a job to the task of its build or training, if it differs. A missing record is ignored. */
export async function writeTask(app: App, job: Job): Promise<void> {
  const records = recordsOf(app.store, job);
  if (!records) return;
  try {
    let written: AnyRecord | null = null;
    for (let changes = true; changes;) {
      changes = false;
      const after = await changeRecord(
        records,
        job._id,
        ({ task }) => {
          const next = taskAfter(task, job, new Date());
          changes = next !== null;
          return next && { task: next };
        },
        systemIntent(ROCAS),
      );
      if (changes) written = after;
    }
    if (written) await app.work.relay(written);
  } catch (error) {
    if (!(error instanceof DomainError && error.code === "NOT_FOUND")) throw error;
  }
}
