import type { App } from "../app.js";
import { ROCAS } from "../caller.js";
import { DomainError } from "../errors.js";
import type { Job } from "../jobs/job.js";
import { type Change, changeRecord } from "../store/change-record.js";
import { ownIntent } from "../store/intent.js";
import type { Deployment } from "./deployment.js";
import { availabilityOf, lesser, replicaTasks } from "./replica-tasks.js";

/** Gives whether anything changed. One that was deleted meanwhile is left: nobody asks for it any more. */
async function write(
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
    const after = await changeRecord(store.deployments, deployment, noted, ownIntent(ROCAS));
    if (after.version === before) return false;
    await work.relay(deployment);
    return true;
  } catch (error) {
    if (error instanceof DomainError && error.code === "NOT_FOUND") return false;
    throw error;
  }
}

/**
 * Writes what has become of one revision's replicas into the deployment. Those of revisions that ended leave it.
 * Repeatable; gives whether anything changed.
 */
export function writeReplicaTasks(
  app: App,
  deployment: string,
  job: Job,
  ready: ReadonlySet<number>,
  underWay: readonly number[],
): Promise<boolean> {
  const { spec } = job;
  if (spec.kind !== "DEPLOY") throw new Error(`${job._id} is no deployment's.`);
  const now = new Date();
  return write(app, deployment, (current) => {
    const others = current.tasks.filter((task) => task.revision !== spec.revision && underWay.includes(task.revision));
    const tasks = [...others, ...replicaTasks(job, spec.revision, ready, current.tasks, now)];
    tasks.sort((one, other) => one.revision - other.revision || one.slot - other.slot);
    // A lost replica shows with its task at once; a new one once it is routed to (`writeAvailability`).
    return { tasks, availability: lesser(current.availability, availabilityOf(current, tasks)) };
  });
}

/** Says how available the deployment is by its tasks. Repeatable; gives whether anything changed. */
export const writeAvailability = (app: App, deployment: string): Promise<boolean> =>
  write(app, deployment, (current) => ({ availability: availabilityOf(current, current.tasks) }));
