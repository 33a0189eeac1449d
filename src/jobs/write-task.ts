import type { App } from "../app.js";
import { ROCAS } from "../caller.js";
import { DomainError } from "../errors.js";
import type { AnyRecord } from "../graph/stored-record.js";
import { hasEnded, mayMove, type Task, TaskState } from "../graph/task.js";
import { changeRecord } from "../store/change-record.js";
import { ownIntent } from "../store/idempotency.js";
import type { Records, Store } from "../store/store.js";
import type { Job, JobState } from "./job.js";

/** A task's progress changes at most that often: each change is an event to everybody who watches. */
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

/** The task as the job has it, or null if the record says so already, or has ended, or was told a moment ago. */
export function taskAfter(task: Task, job: Job, at: Date): Task | null {
  if (hasEnded(task.state)) return null;
  const wanted = STATE[job.state];
  // A later attempt starts anew, but a task that ran does not wait again.
  const next = wanted === task.state || !mayMove(task.state, wanted) ? step(task.state, wanted) : wanted;
  const slot = job.slots[0];
  const progress = next === TaskState.FINISHED ? 1 : Math.min(1, Math.max(0, slot?.progress ?? job.progress));
  const attempt = Math.max(1, slot?.attempt ?? job.attempt);
  const error = next === TaskState.FAILED ? job.error : null;
  const moved = next !== task.state || attempt !== task.attempt;
  if (!moved && progress === task.progress) return null;
  if (!moved && at.getTime() - task.update_time.getTime() < PROGRESS_MS) return null;
  const begins = next !== TaskState.WAITING && next !== TaskState.CANCELLED;
  return {
    state: next,
    progress,
    attempt,
    error,
    update_time: at,
    // A container begins with its claim, a moment before anybody looks.
    start_time: task.start_time ?? (begins ? (slot?.claimed_at ?? at) : null),
  };
}

/** The state that a task must pass through: one that waits does not finish without having run. */
const step = (from: TaskState, to: TaskState): TaskState =>
  from === TaskState.WAITING && to === TaskState.FINISHED ? TaskState.RUNNING : from;

function tasked(store: Store, { kind }: Job): Records<Tasked> | null {
  if (kind === "BUILD") return store.builds as unknown as Records<Tasked>;
  if (kind === "TRAIN") return store.trainings as unknown as Records<Tasked>;
  return null;
}

/** Writes the task of a Build or a Training from its job, where it differs. Repeatable; a record that is gone is left. */
export async function writeTask(app: App, job: Job): Promise<void> {
  const records = tasked(app.store, job);
  if (!records) return;
  try {
    let wrote = false;
    for (let changes = true; changes;) {
      changes = false;
      await changeRecord(
        records,
        job._id,
        ({ task }) => {
          const after = taskAfter(task, job, new Date());
          changes = after !== null;
          return after && { task: after };
        },
        ownIntent(ROCAS),
      );
      wrote ||= changes;
    }
    if (wrote) await app.work.relay(job._id);
  } catch (error) {
    if (!(error instanceof DomainError && error.code === "NOT_FOUND")) throw error;
  }
}
