import type { App } from "../app.js";
import { exitReason } from "../attempt/attempt-state.js";
import { beginAttempt, slotPaths, startContainer, stopContainers } from "../attempt/begin-attempt.js";
import { isScratchChanging, MEASURE_EVERY_MS, scratchExcess } from "../attempt/scratch-limit.js";
import { lastOutput } from "../attempt/secret-env.js";
import type { ResourceProfile } from "../graph/resource-profile.js";
import { jittered } from "../jitter.js";
import { type Job, type Slot, UNDER_WAY } from "../jobs/job.js";
import type { Lease } from "../jobs/lease.js";
import { isAway, type TickResult, type Worker } from "../jobs/tick.js";
import { wakeJob } from "../jobs/write-job.js";
import type { ObservedContainer } from "../runtime/runtime.js";
import { defaultResources } from "../run-options/given-resources.js";
import { findByIds } from "../store/read-records.js";
import { DAY_MS, MINUTE_MS } from "../units.js";
import type { Deployment } from "./deployment.js";
import { type DesiredReplicas, desiredRevision, type RevisionState } from "./desired-state.js";
import { isDoubted, readySlots } from "./ready-replicas.js";
import { backOffUntil, type Step, stepsToward } from "./replica-steps.js";
import { writeAvailability, writeReplicaTasks } from "./replica-tasks.js";
import { revisionJobs, revisionNumber } from "./revisions.js";

const SOON_MS = 1_000;
/** The pause between two checks of a replica that has missed one. */
const DOUBT_MS = 2_000;
/**
 * The pause while all replicas serve. The end of a container and a missed check of its health wake the job at once; this
 * finds what was not told.
 */
const SERVING_MS = MINUTE_MS;
/** The pause of a revision without replicas. A change of the deployment wakes its job. */
const RESTING_MS = DAY_MS;

/** Brings one revision of a deployment nearer to its desired state, and writes its status to the deployment. */
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
    const { spec } = lease.job;
    this.resources = (spec.kind === "DEPLOY" && spec.resources) || defaultResources(app.settings, "deploy");
  }

  /** If the engine is away, the replicas that wait for it say so. */
  async run(): Promise<TickResult> {
    try {
      return await this.reconcile();
    } catch (error) {
      if (isAway(error)) await this.writeReason((error as Error).message);
      throw error;
    }
  }

  private async reconcile(): Promise<TickResult> {
    const { app, lease } = this;
    const containers = await app.runtime.observe(lease.job._id);
    // Reads the job again: a replica may have reported its end before its container was seen to have exited.
    if (containers.some(({ state }) => state !== "RUNNING")) await lease.write({});
    const now = await app.store.now();
    const steps = await this.steps(containers, now);
    if (lease.job.state === "QUEUED") await lease.write({ $set: { state: "STARTING" } });
    if (steps.some((step) => step.do === "END")) return this.end();
    for (const step of steps) await executeStep(app, lease, step, this.resources, now);
    const ready = await readySlots(app, lease.job, this.deployment?.tasks ?? [], containers);
    await this.writeStatus(ready);
    if (steps.some((step) => canContinue(step, now))) return { requeueAfterMs: 0 };
    return { requeueAfterMs: steps.length === 0 ? this.pause(ready, containers, now) : SOON_MS };
  }

  private get desired(): DesiredReplicas | null {
    const { deployment, lease } = this;
    const isEnding = !deployment || deployment.deleting || lease.job.desired === "CANCEL";
    return isEnding ? null : { revision: deployment.revision, replicas: deployment.replicas };
  }

  private async steps(containers: readonly ObservedContainer[], now: Date): Promise<Step[]> {
    const { lease, deployment, app } = this;
    const jobs = deployment ? await revisionJobs(app.store, deployment) : [];
    const revisions = deployment ? jobs.filter(isUnderWay).map((job) => revisionState(job, deployment)) : [];
    const desired = desiredRevision(revisionNumber(lease.job), this.desired, revisions);
    const overLimit = await this.overLimit(containers);
    const observed = { slots: lease.job.slots, containers, overLimit, listeningForMs: process.uptime() * 1000 };
    return stepsToward(desired, observed, now);
  }

  private async overLimit(containers: readonly ObservedContainer[]): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    for (const { name, state } of containers) {
      const excess = state === "RUNNING" ? await scratchExcess(this.app, name, this.resources, true) : null;
      if (excess) found.set(name, excess);
    }
    return found;
  }

  private async writeStatus(ready: ReadonlySet<number>): Promise<void> {
    const { app, lease, deployment } = this;
    if (!deployment) return;
    const jobs = await revisionJobs(app.store, deployment);
    const changed = await writeReplicaTasks(app, deployment._id, lease.job, ready, numbersUnderWay(jobs));
    if (this.isComplete(ready) && lease.job.state !== "RUNNING") await lease.write({ $set: { state: "RUNNING" } });
    if (changed) await app.routes.refresh(deployment._id);
    // The routes come before the availability: a client that waits for FULL may send a request at once.
    const availabilityChanged = await writeAvailability(app, deployment._id);
    // A revision that is complete takes the routes of those that it replaces.
    if (availabilityChanged) await app.routes.refresh(deployment._id);
    if (!changed && !availabilityChanged) return;
    // The other revisions may have waited for this one.
    for (const { _id } of jobs) if (_id !== lease.job._id) await wakeJob(app.store, _id);
    app.work.lookForJobs();
  }

  /** The replicas that answered are taken to do so still: the router notices one that does not. */
  private async writeReason(reason: string): Promise<void> {
    const { app, lease, deployment } = this;
    if (!deployment) return;
    const revision = revisionNumber(lease.job);
    const ready = deployment.tasks.filter((task) => task.ready && task.revision === revision);
    const slots = new Set(ready.map(({ slot }) => slot));
    const underWay = numbersUnderWay(await revisionJobs(app.store, deployment));
    await writeReplicaTasks(app, deployment._id, lease.job, slots, underWay, reason);
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

  /** Returns the milliseconds until a tick may find something to do, unless it is woken. */
  private pause(ready: ReadonlySet<number>, containers: readonly ObservedContainer[], now: Date): number {
    const { app, lease } = this;
    const pauses = lease.job.slots.map((slot, index) => {
      if (!slot.wanted) return slot.token_hash === null ? RESTING_MS : SOON_MS;
      if (ready.has(index)) return SERVING_MS;
      const waitsUntil = slot.token_hash === null ? slot.not_before : null;
      return Math.max(SOON_MS, (waitsUntil?.getTime() ?? 0) - now.getTime());
    });
    const names = containers.map(({ name }) => name);
    if (isDoubted(app, names)) pauses.push(DOUBT_MS);
    if (names.some((name) => isScratchChanging(app, name))) pauses.push(MEASURE_EVERY_MS);
    const pause = Math.min(RESTING_MS, ...pauses);
    return pause >= SERVING_MS ? jittered(pause) : pause;
  }

  private async end(): Promise<TickResult> {
    const { app, lease } = this;
    const underWay = this.deployment ? numbersUnderWay(await revisionJobs(app.store, this.deployment)) : [];
    await writeReplicaTasks(app, this.deploymentId, lease.job, new Set(), underWay);
    await writeAvailability(app, this.deploymentId);
    return lease.end(this.desired ? "SUCCEEDED" : "CANCELLED");
  }
}

const isUnderWay = ({ state }: Job): boolean => UNDER_WAY.includes(state);

const numbersUnderWay = (jobs: readonly Job[]): number[] => jobs.filter(isUnderWay).map(revisionNumber);

const revisionState = (job: Job, { tasks }: Deployment): RevisionState => ({
  number: revisionNumber(job),
  slots: job.slots.filter(({ wanted }) => wanted).length,
  ready: tasks.filter((task) => task.revision === revisionNumber(job) && task.ready).length,
  complete: job.state === "RUNNING",
  occupied: job.slots.filter(({ wanted, token_hash }) => wanted || token_hash !== null).length,
  hasGpus: job.spec.kind === "DEPLOY" && Boolean(job.spec.resources?.gpus),
});

/** True if another step can follow at once. */
const canContinue = (step: Step, now: Date): boolean =>
  step.do === "ADD" || step.do === "INTEND" || step.do === "CLEAR" || (step.do === "RETIRE" && step.until <= now);

const OVER: Partial<Slot> = { token_hash: null, claimed_at: null, ready_at: null, completed: null };
const CLEARED: Partial<Slot> = { ...OVER, last_error: null, failures: 0, not_before: null, progress: 0 };

/** Executes one step. @throws LeaseLost, RUNTIME_UNAVAILABLE */
async function executeStep(app: App, lease: Lease, step: Step, resources: ResourceProfile, now: Date): Promise<void> {
  switch (step.do) {
    case "ADD":
      await lease.write({ $set: slotPaths(step.slot, { wanted: true, not_before: null }) });
      return;
    case "RETIRE":
      await lease.write({ $set: slotPaths(step.slot, { wanted: false, not_before: step.until }) });
      return;
    case "INTEND":
      return beginAttempt(app, lease, step.slot, step.leftovers, now);
    case "RUN":
      return run(app, lease, step.slot, resources, now);
    case "BACK_OFF": {
      const { slot, cause, failures, until } = step;
      const { container, claimed_at } = lease.job.slots[slot] ?? {};
      const reason =
        typeof cause === "string"
          ? cause
          : exitReason(cause, resources, await lastOutput(app, lease.job, cause.name), Boolean(claimed_at));
      // Stored first, so that the calls of the container are refused while it stops.
      await lease.write({ $set: slotPaths(slot, { ...OVER, last_error: reason, failures, not_before: until }) });
      return stopContainers(app, lease, container ? [container] : []);
    }
    case "CLEAR":
      // Stopped first: a crash in between leaves the token, by which the next tick clears again.
      await stopContainers(app, lease, step.leftovers);
      await lease.write({ $set: slotPaths(step.slot, CLEARED) }, { [`slots.${step.slot}.wanted`]: false });
      return;
    case "END":
      return;
  }
}

async function run(app: App, lease: Lease, slot: number, resources: ResourceProfile, now: Date): Promise<void> {
  const refused = await startContainer(app, lease.job, slot, resources);
  if (refused === null) return;
  const failures = lease.job.slots[slot]?.failures ?? 0;
  const fields = { ...OVER, last_error: refused, failures: failures + 1, not_before: backOffUntil(failures, now) };
  await lease.write({ $set: slotPaths(slot, fields) });
}
