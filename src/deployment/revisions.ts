import type { App } from "../app.js";
import { DomainError } from "../errors.js";
import { keyOf } from "../graph/id.js";
import type { OutboxEntry } from "../graph/stored-record.js";
import { type Job, newSlot } from "../jobs/job.js";
import { createJob, wakeJob } from "../jobs/write-job.js";
import { systemIntent } from "../store/idempotency.js";
import { insertRecord } from "../store/insert-record.js";
import { requireParent } from "../store/read-records.js";
import type { Store } from "../store/store.js";
import { MAX_REPLICAS } from "./deployment.inputs.js";
import type { Deployment } from "./deployment.js";
import { desiredAt } from "./desired-state.js";

/** Creates the revision and the job that a change of a deployment needs, and wakes the jobs of all. Repeatable. */
export async function handleDeploymentChange(app: App, deployment: Deployment, entry: OutboxEntry): Promise<void> {
  const { after } = entry;
  if (deployment.deleted || entry.action === "DELETE") return;
  if (after["revision_id"] !== undefined) await createRevision(app, deployment, entry);
  if (after["revision_id"] === undefined && after["replicas"] === undefined && after["deleting"] === undefined) return;
  await wakeRevisions(app, deployment);
}

async function createRevision(app: App, deployment: Deployment, entry: OutboxEntry): Promise<void> {
  const { store } = app;
  const { revision, revision_id, bvers, notebook, movers, details } = desiredAt(deployment, entry);
  if (!bvers?.docker_id || !notebook) return;
  const key = keyOf(deployment.key, String(revision));
  const fields = {
    _id: revision_id,
    key,
    deployment: deployment._id,
    number: revision,
    bvers,
    notebook,
    movers,
    details,
  };
  try {
    await insertRecord(store.deploymentRevisions, fields, systemIntent({ name: entry.caller }));
  } catch (error) {
    // It exists: another process was quicker, or an earlier call. The deployment holds its id.
    if (!(error instanceof DomainError && error.code === "ALREADY_EXISTS")) throw error;
    await requireParent(store.deploymentRevisions, revision_id);
  }
  await createJob(store, {
    _id: revision_id,
    kind: "DEPLOY",
    proj: deployment.proj,
    spec: { kind: "DEPLOY", image: bvers.docker_id, notebook, deployment: deployment._id, revision },
    desired: deployment.deleting ? "CANCEL" : "RUN",
    slots: Array.from({ length: MAX_REPLICAS }, () => ({ ...newSlot(), wanted: false })),
  });
  await app.work.relay(revision_id);
}

/** Matches the jobs of a deployment that were not cleaned up. */
const jobsOf = ({ _id, proj }: Pick<Deployment, "_id" | "proj">) => ({
  proj,
  cleanup: "PENDING" as const,
  kind: "DEPLOY" as const,
  "spec.deployment": _id,
});

async function wakeRevisions({ store }: App, deployment: Deployment): Promise<void> {
  const jobs = await store.jobs.find(jobsOf(deployment), { projection: { _id: 1 } }).toArray();
  await Promise.all(jobs.map(({ _id }) => wakeJob(store, _id)));
}

/** Returns the jobs of a deployment's revisions, the oldest first, without those that were cleaned up. */
export async function revisionJobs(
  { jobs }: Pick<Store, "jobs">,
  deployment: Pick<Deployment, "_id" | "proj">,
): Promise<Job[]> {
  const found = await jobs.find(jobsOf(deployment)).toArray();
  return found.sort((one, other) => revisionNumber(one) - revisionNumber(other));
}

export const revisionNumber = ({ spec }: Pick<Job, "spec">): number => (spec.kind === "DEPLOY" ? spec.revision : 0);
