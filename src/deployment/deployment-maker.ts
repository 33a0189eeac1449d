import type { App } from "../app.js";
import { DomainError } from "../errors.js";
import { keyOf } from "../graph/id.js";
import type { OutboxEntry } from "../graph/stored-record.js";
import { newSlot } from "../jobs/job.js";
import { createJob, wakeJob } from "../jobs/write-job.js";
import { ownIntent } from "../store/idempotency.js";
import { insertRecord } from "../store/insert-record.js";
import { requireParent } from "../store/read-records.js";
import { MAX_REPLICAS } from "./deployment.inputs.js";
import type { Deployment } from "./deployment.js";
import type { DesiredState } from "./desired-state.js";

/** Makes the revision that a change of a deployment asks for, and its job, under the id that was chosen. Repeatable. */
export async function makeDeploymentWork(app: App, deployment: Deployment, entry: OutboxEntry): Promise<void> {
  const { after } = entry;
  if (deployment.deleted || entry.action === "DELETE") return;
  if (after["revision_id"] !== undefined) await makeRevision(app, deployment, entry);
  if (after["revision_id"] === undefined && after["replicas"] === undefined && after["deleting"] === undefined) return;
  await nudgeRevisions(app, deployment._id, deployment.proj);
}

async function makeRevision(app: App, deployment: Deployment, entry: OutboxEntry): Promise<void> {
  const { store } = app;
  const { revision, revision_id, bvers, notebook, movers, details } = wantedAt(deployment, entry);
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
    await insertRecord(store.deploymentRevisions, fields, ownIntent({ name: entry.caller }));
  } catch (error) {
    // Made before, by this process or another one: the id was chosen with the wish.
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

/** The desired state when the entry was written: later changes, which the record has too, are taken back. */
function wantedAt(deployment: Deployment, entry: OutboxEntry): DesiredState {
  const later = (deployment.outbox ?? []).filter(({ version }) => version > entry.version);
  later.sort((one, other) => other.version - one.version);
  return Object.assign({ ...deployment }, ...later.map(({ before }) => before)) as DesiredState;
}

/** Each of the revisions may have something to do then. */
async function nudgeRevisions({ store }: App, deployment: string, proj: string): Promise<void> {
  const jobs = await store.jobs
    .find({ proj, cleanup: "PENDING", kind: "DEPLOY", "spec.deployment": deployment }, { projection: { _id: 1 } })
    .toArray();
  await Promise.all(jobs.map(({ _id }) => wakeJob(store, _id)));
}
