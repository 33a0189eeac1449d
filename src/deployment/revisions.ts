import type { App } from "../app.js";
import { DomainError } from "../errors.js";
import { keyOf } from "../graph/id.js";
import type { OutboxEntry } from "../graph/stored-record.js";
import { type Job, newSlot } from "../jobs/job.js";
import { createJob } from "../jobs/write-job.js";
import { systemIntent } from "../store/idempotency.js";
import { insertRecord, type NewRecord } from "../store/insert-record.js";
import { requireParent } from "../store/read-records.js";
import type { Store } from "../store/store.js";
import { MAX_REPLICAS } from "./deployment.inputs.js";
import type { Deployment } from "./deployment.js";
import type { DeploymentRevision } from "./deployment-revision.js";
import { desiredAt, runOf } from "./desired-state.js";

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
  const desired = desiredAt(deployment, entry);
  const { revision, revision_id, details } = desired;
  const run = runOf(desired);
  const { bvers, notebook } = run;
  if (!bvers?.docker_id || !notebook) return;
  const key = keyOf(deployment.key, String(revision));
  const fields = { _id: revision_id, key, deployment: deployment._id, number: revision, ...run, details };
  const inserted = await insertRevision(store, fields, entry);
  await createJob(store, {
    _id: revision_id,
    kind: "DEPLOY",
    proj: deployment.proj,
    spec: {
      kind: "DEPLOY",
      image: bvers.docker_id,
      notebook,
      deployment: deployment._id,
      revision,
      env: run.env ?? null,
      resources: run.resources ?? null,
    },
    desired: deployment.deleting ? "CANCEL" : "RUN",
    slots: Array.from({ length: MAX_REPLICAS }, () => ({ ...newSlot(), wanted: false })),
  });
  await app.work.relay(inserted ?? revision_id);
}

/** Returns the revision, or null if it is there: another process was quicker, or an earlier call. */
async function insertRevision(
  { deploymentRevisions }: Store,
  fields: NewRecord<DeploymentRevision>,
  { caller }: OutboxEntry,
): Promise<DeploymentRevision | null> {
  try {
    return await insertRecord(deploymentRevisions, fields, systemIntent({ name: caller }));
  } catch (error) {
    if (!(error instanceof DomainError && error.code === "ALREADY_EXISTS")) throw error;
    // The deployment holds its id.
    await requireParent(deploymentRevisions, fields._id);
    return null;
  }
}

/** Matches the jobs of a deployment that were not cleaned up. */
const jobsOf = ({ _id, proj }: Pick<Deployment, "_id" | "proj">) => ({
  proj,
  cleanup: "PENDING" as const,
  kind: "DEPLOY" as const,
  "spec.deployment": _id,
});

async function wakeRevisions({ store }: App, deployment: Deployment): Promise<void> {
  await store.jobs.updateMany(jobsOf(deployment), { $set: { next_reconcile_at: await store.now() } });
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
