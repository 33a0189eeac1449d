import type { App } from "../app.js";
import { ROCAS } from "../caller.js";
import { DomainError } from "../errors.js";
import { TaskState } from "../graph/task.js";
import type { Job, Slot } from "../jobs/job.js";
import { type Change, changeRecord } from "../store/change-record.js";
import { systemIntent } from "../store/idempotency.js";
import { Availability, type Deployment, type ReplicaTask } from "./deployment.js";

type SlotStatus = Pick<ReplicaTask, "state" | "progress" | "attempt" | "ready" | "error" | "reason">;

function statusOfSlot(slot: Slot, ready: boolean, reason: string | null): SlotStatus | null {
  const attempt = Math.max(1, slot.attempt);
  const running = { progress: slot.progress, attempt, error: null, reason: null, ready: false };
  if (slot.token_hash !== null) {
    // A retired replica runs on for a moment, and shows as it was.
    if (ready) return { ...running, state: TaskState.RUNNING, progress: 1, ready: slot.wanted };
    return slot.claimed_at
      ? { ...running, state: TaskState.RUNNING }
      : { ...running, state: TaskState.WAITING, reason };
  }
  if (!slot.wanted) return null;
  if (slot.last_error !== null) return { ...running, state: TaskState.FAILED, error: slot.last_error };
  return { ...running, state: TaskState.WAITING, reason, progress: 0, attempt: slot.attempt + 1 };
}

/** From this number of failed attempts in a row on, the next attempt shows only once it serves. */
const FAILING_FROM = 2;

/** Returns the failed task of a replica that keeps failing: it stays, or it would show as running most of the time. */
function stillFailed(slot: Slot, index: number, revision: number, before: readonly ReplicaTask[]): ReplicaTask | null {
  if (slot.token_hash === null || slot.failures < FAILING_FROM) return null;
  const failed = (task: ReplicaTask) =>
    task.revision === revision &&
    task.slot === index &&
    task.attempt === slot.attempt - 1 &&
    task.state === TaskState.FAILED;
  return before.find(failed) ?? null;
}

/** Returns the tasks of one revision's replicas, from its job. The times of an unchanged task stay. */
function replicaTasks(
  { slots }: Pick<Job, "slots">,
  revision: number,
  ready: ReadonlySet<number>,
  before: readonly ReplicaTask[],
  reason: string | null,
  now: Date,
): ReplicaTask[] {
  return slots.flatMap((each, slot): ReplicaTask[] => {
    const failed = ready.has(slot) ? null : stillFailed(each, slot, revision, before);
    if (failed) return [failed];
    const next = statusOfSlot(each, ready.has(slot), reason);
    if (!next) return [];
    const earlier = before.find(
      (task) => task.revision === revision && task.slot === slot && task.attempt === next.attempt,
    );
    const same =
      earlier !== undefined &&
      earlier.state === next.state &&
      earlier.progress === next.progress &&
      earlier.ready === next.ready &&
      (earlier.error ?? null) === next.error &&
      (earlier.reason ?? null) === next.reason;
    if (same) return [earlier];
    const start_time = earlier?.start_time ?? each.claimed_at;
    return [{ ...next, slot, revision, start_time, update_time: now }];
  });
}

/** Returns the availability by the replicas that answer: `FULL` if enough of them are of the current revision. */
export function availabilityOf(
  { replicas, revision }: Pick<Deployment, "replicas" | "revision">,
  tasks: readonly ReplicaTask[],
): Availability {
  const ready = tasks.filter((task) => task.ready);
  const wanted = ready.filter((task) => task.revision === revision);
  if (replicas > 0 && wanted.length >= replicas) return Availability.FULL;
  return ready.length > 0 ? Availability.PARTIAL : Availability.NONE;
}

const RISING = [Availability.NONE, Availability.PARTIAL, Availability.FULL];

const lowerOf = (one: Availability, other: Availability): Availability =>
  RISING.indexOf(one) <= RISING.indexOf(other) ? one : other;

/** Changes a deployment, and returns true if anything changed. One that was deleted meanwhile is no error. */
async function changeDeployment(
  { store, work }: App,
  deployment: string,
  decide: (current: Deployment) => Change<Deployment>,
): Promise<boolean> {
  let before: number | null = null;
  const noted = (current: Deployment) => {
    before = current.version;
    return decide(current);
  };
  try {
    const after = await changeRecord(store.deployments, deployment, noted, systemIntent(ROCAS));
    if (after.version === before) return false;
    await work.relay(after);
    return true;
  } catch (error) {
    if (error instanceof DomainError && error.code === "NOT_FOUND") return false;
    throw error;
  }
}

/**
 * Writes the tasks of one revision's replicas to the deployment, without those of revisions that ended. Repeatable.
 * @param reason what holds up the replicas that wait; null if nothing does.
 * @returns true if anything changed.
 */
export function writeReplicaTasks(
  app: App,
  deployment: string,
  job: Job,
  ready: ReadonlySet<number>,
  underWay: readonly number[],
  reason: string | null = null,
): Promise<boolean> {
  const { spec } = job;
  if (spec.kind !== "DEPLOY") throw new Error(`${job._id} is no deployment's.`);
  const now = new Date();
  return changeDeployment(app, deployment, (current) => {
    const others = current.tasks.filter((task) => task.revision !== spec.revision && underWay.includes(task.revision));
    const tasks = [...others, ...replicaTasks(job, spec.revision, ready, current.tasks, reason, now)];
    tasks.sort((one, other) => one.revision - other.revision || one.slot - other.slot);
    // A lost replica lowers the availability at once; a new one counts once it has a route (`writeAvailability`).
    return { tasks, availability: lowerOf(current.availability, availabilityOf(current, tasks)) };
  });
}

/** Writes the availability of a deployment by its tasks. Repeatable. @returns true if anything changed. */
export const writeAvailability = (app: App, deployment: string): Promise<boolean> =>
  changeDeployment(app, deployment, (current) => ({ availability: availabilityOf(current, current.tasks) }));
