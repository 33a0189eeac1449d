import type { App } from "../app.js";
import { resourcesOf } from "../attempt/run-attempt.js";
import { scratchExcess } from "../attempt/scratch-limit.js";
import { DomainError } from "../errors.js";
import { keyOf } from "../graph/id.js";
import type { ResourceProfile } from "../graph/resource-profile.js";
import type { OutboxEntry } from "../graph/stored-record.js";
import { ENDED, type Job, newSlot } from "../jobs/job.js";
import type { Lease } from "../jobs/lease.js";
import type { TickResult, Worker } from "../jobs/tick.js";
import { createJob, wakeJob } from "../jobs/write-job.js";
import type { ObservedContainer } from "../runtime/runtime.js";
import { ownIntent } from "../store/idempotency.js";
import { insertRecord } from "../store/insert-record.js";
import { findByIds, requireParent } from "../store/read-records.js";
import { MAX_REPLICAS } from "./deployment.inputs.js";
import type { Deployment } from "./deployment.js";
import { type DesiredDeployment, desiredRevision, type DesiredState } from "./desired-state.js";
import { executeStep } from "./execute-step.js";
import { fillReplicaTable } from "./fill-replica-table.js";
import { isHealthy } from "./ready-replicas.js";
import { type Step, stepsToward } from "./replica-steps.js";
import { writeAvailability, writeReplicaTasks } from "./replica-tasks.js";
import { revisionJobs, revisionNumber, revisionState } from "./revisions-of.js";

/** Makes the revision that a change of a deployment asks for, and its job, under the id that was chosen. Repeatable. */
export async function handleDeploymentChange(app: App, deployment: Deployment, entry: OutboxEntry): Promise<void> {
  const { after } = entry;
  if (deployment.deleted || entry.action === "DELETE") return;
  if (after["revision_id"] !== undefined) await createRevision(app, deployment, entry);
  if (after["revision_id"] === undefined && after["replicas"] === undefined && after["deleting"] === undefined) return;
  await wakeRevisions(app, deployment._id, deployment.proj);
}

async function createRevision(app: App, deployment: Deployment, entry: OutboxEntry): Promise<void> {
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
async function wakeRevisions({ store }: App, deployment: string, proj: string): Promise<void> {
  const jobs = await store.jobs
    .find({ proj, cleanup: "PENDING", kind: "DEPLOY", "spec.deployment": deployment }, { projection: { _id: 1 } })
    .toArray();
  await Promise.all(jobs.map(({ _id }) => wakeJob(store, _id)));
}

const SOON_MS = 1_000;
const IDLE_MS = 3_000;

/** Brings one revision of a deployment nearer to what is wanted of it, and writes down how it is. */
export const reconcileDeployment: Worker = async (app, lease) => {
  const { spec } = lease.job;
  if (spec.kind !== "DEPLOY") throw new Error(`${lease.job._id} is no deployment's.`);
  const [deployment] = await findByIds(app.store.deployments, [spec.deployment]);
  const tick = new DeploymentTick(app, lease, deployment ?? null, spec.deployment);
  return tick.run();
};

class DeploymentTick {
  private readonly resources: ResourceProfile;

  constructor(
    private readonly app: App,
    private readonly lease: Lease,
    private readonly deployment: Deployment | null,
    private readonly deploymentId: string,
  ) {
    this.resources = resourcesOf(app.settings, app.settings.ROCAS_DEPLOY_MEMORY_MB);
  }

  async run(): Promise<TickResult> {
    const { app, lease } = this;
    const containers = await app.runtime.observe(lease.job._id);
    // A replica may have reported its end between our last look at the job and what was seen of its container.
    if (containers.some(({ state }) => state !== "RUNNING")) await lease.write({});
    const now = await app.store.now();
    const steps = await this.steps(containers, now);
    if (lease.job.state === "QUEUED") await lease.write({ $set: { state: "STARTING" } });
    if (steps.some((step) => step.do === "END")) return this.end();
    for (const step of steps) await executeStep(app, lease, step, this.resources, now);
    const ready = await this.ready(containers);
    await this.writeStatus(ready);
    if (steps.some((step) => canContinue(step, now))) return { requeueAfterMs: 0 };
    return { requeueAfterMs: steps.length === 0 && this.isSteady(ready) ? IDLE_MS : SOON_MS };
  }

  private get desired(): DesiredDeployment | null {
    const { deployment, lease } = this;
    const going = !deployment || deployment.deleting || lease.job.desired === "CANCEL";
    return going ? null : { revision: deployment.revision, replicas: deployment.replicas };
  }

  private async steps(containers: readonly ObservedContainer[], now: Date): Promise<Step[]> {
    const { lease, deployment, app } = this;
    const jobs = deployment ? await revisionJobs(app.store, deployment) : [];
    const underWay = jobs.filter(({ state }) => !ENDED.includes(state));
    const revisions = deployment ? underWay.map((job) => revisionState(job, deployment)) : [];
    const desired = desiredRevision(revisionNumber(lease.job), this.desired, revisions);
    const overLimit = await this.overLimit(containers);
    const observed = { slots: lease.job.slots, containers, overLimit, listeningForMs: process.uptime() * 1000 };
    return stepsToward(desired, observed, now);
  }

  private async overLimit(containers: readonly ObservedContainer[]): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    for (const { name, state } of containers) {
      const excess = state === "RUNNING" ? await scratchExcess(this.app, name, this.resources) : null;
      if (excess) found.set(name, excess);
    }
    return found;
  }

  /** The slots whose replica said that it is ready, and whose service answers. */
  private async ready(containers: readonly ObservedContainer[]): Promise<ReadonlySet<number>> {
    const { app, lease } = this;
    const answering = await Promise.all(
      containers.map(async ({ name, slot, state, endpoint }) => {
        const its = lease.job.slots[slot];
        const said = its?.container === name && its.token_hash !== null && its.ready_at !== null;
        if (!said || state !== "RUNNING" || endpoint === null) return [];
        return (await isHealthy(app, name, endpoint, this.wasReady(slot, its.attempt))) ? [slot] : [];
      }),
    );
    return new Set(answering.flat());
  }

  private wasReady(slot: number, attempt: number): boolean {
    const revision = revisionNumber(this.lease.job);
    const tasks = this.deployment?.tasks ?? [];
    return tasks.some(
      (task) => task.ready && task.revision === revision && task.slot === slot && task.attempt === attempt,
    );
  }

  private async writeStatus(ready: ReadonlySet<number>): Promise<void> {
    const { app, lease, deployment } = this;
    if (!deployment) return;
    const others = await revisionJobs(app.store, deployment);
    const changed = await writeReplicaTasks(app, deployment._id, lease.job, ready, numbersUnderWay(others));
    if (this.isComplete(ready) && lease.job.state !== "RUNNING") await lease.write({ $set: { state: "RUNNING" } });
    if (changed) await fillReplicaTable(app);
    // Only who is routed to is counted: whoever waits for FULL may send at once. Then those that it replaces get nothing.
    const available = await writeAvailability(app, deployment._id);
    if (available) await fillReplicaTable(app);
    if (!changed && !available) return;
    // Those that wait for this one to be complete need not wait for their time.
    for (const { _id } of others) if (_id !== lease.job._id) await wakeJob(app.store, _id);
  }

  private isComplete(ready: ReadonlySet<number>): boolean {
    const { desired, lease } = this;
    return (
      desired !== null &&
      desired.revision === revisionNumber(lease.job) &&
      desired.replicas > 0 &&
      ready.size >= desired.replicas
    );
  }

  private isSteady(ready: ReadonlySet<number>): boolean {
    return this.lease.job.slots.every((slot, index) => (slot.wanted ? ready.has(index) : slot.token_hash === null));
  }

  private async end(): Promise<TickResult> {
    const { app, lease } = this;
    const others = this.deployment ? numbersUnderWay(await revisionJobs(app.store, this.deployment)) : [];
    await writeReplicaTasks(app, this.deploymentId, lease.job, new Set(), others);
    await writeAvailability(app, this.deploymentId);
    return lease.end(this.desired ? "SUCCEEDED" : "CANCELLED");
  }
}

const numbersUnderWay = (jobs: readonly Job[]): number[] =>
  jobs.filter(({ state }) => !ENDED.includes(state)).map(revisionNumber);

/** True if another step can follow at once. */
const canContinue = (step: Step, now: Date): boolean =>
  step.do === "ADD" || step.do === "INTEND" || step.do === "CLEAR" || (step.do === "RETIRE" && step.until <= now);
