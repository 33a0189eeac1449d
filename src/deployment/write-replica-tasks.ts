import type { App } from "../app.js";
import { ROCAS } from "../caller.js";
import { DomainError } from "../errors.js";
import type { Job } from "../jobs/job.js";
import { changeRecord } from "../store/change-record.js";
import { ownIntent } from "../store/intent.js";
import type { Deployment } from "./deployment.js";
import { availabilityOf, replicaTasks } from "./replica-tasks.js";

/**
 * Writes what has become of one revision's replicas into the deployment, and how available that makes it. Those of
 * revisions that ended leave it. Repeatable; gives whether anything changed.
 */
export async function writeReplicaTasks(
  app: App,
  deployment: string,
  job: Job,
  ready: ReadonlySet<number>,
  underWay: readonly number[],
): Promise<boolean> {
  if (job.spec.kind !== "DEPLOY") throw new Error(`${job._id} is no deployment's.`);
  const { revision } = job.spec;
  const now = new Date();
  const decide = (current: Deployment) => {
    const others = current.tasks.filter((task) => task.revision !== revision && underWay.includes(task.revision));
    const tasks = [...others, ...replicaTasks(job, revision, ready, current.tasks, now)];
    tasks.sort((one, other) => one.revision - other.revision || one.slot - other.slot);
    return { tasks, availability: availabilityOf(current, tasks) };
  };
  try {
    let before: number | null = null;
    const seen = (current: Deployment) => {
      before = current.version;
      return decide(current);
    };
    const after = await changeRecord(app.store.deployments, deployment, seen, ownIntent(ROCAS));
    if (after.version !== before) await app.work.relay(deployment);
    return after.version !== before;
  } catch (error) {
    // Deleted meanwhile: nobody asks for its tasks any more.
    if (error instanceof DomainError && error.code === "NOT_FOUND") return false;
    throw error;
  }
}
