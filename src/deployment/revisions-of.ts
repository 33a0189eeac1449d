import type { Job } from "../jobs/job.js";
import type { Store } from "../store/store.js";
import type { Deployment } from "./deployment.js";
import type { RevisionState } from "./desired-state.js";

/** The jobs of a deployment's revisions that have not been cleaned up yet, the oldest first. */
export async function revisionJobs(
  { jobs }: Pick<Store, "jobs">,
  { _id, proj }: Pick<Deployment, "_id" | "proj">,
): Promise<Job[]> {
  const found = await jobs.find({ proj, cleanup: "PENDING", kind: "DEPLOY", "spec.deployment": _id }).toArray();
  return found.sort((one, other) => revisionNumber(one) - revisionNumber(other));
}

export const revisionNumber = ({ spec }: Pick<Job, "spec">): number => (spec.kind === "DEPLOY" ? spec.revision : 0);

export const revisionState = (job: Job, { tasks }: Pick<Deployment, "tasks">): RevisionState => ({
  number: revisionNumber(job),
  slots: job.slots.filter(({ wanted }) => wanted).length,
  ready: tasks.filter((task) => task.revision === revisionNumber(job) && task.ready).length,
  complete: job.state === "RUNNING",
});
