import type { App } from "../app.js";
import { scratchExcess } from "../attempt/scratch-limit.js";
import type { ResourceProfile } from "../graph/resource-profile.js";
import { ENDED, type Job } from "../jobs/job.js";
import type { Lease } from "../jobs/lease.js";
import type { TickResult, Worker } from "../jobs/tick.js";
import { wakeJob } from "../jobs/write-job.js";
import type { ObservedContainer } from "../runtime/runtime.js";
import type { Settings } from "../settings.js";
import { findByIds } from "../store/read-records.js";
import { carryOut } from "./carry-out.js";
import type { Deployment } from "./deployment.js";
import { type DesiredDeployment, desiredRevision } from "./desired-state.js";
import { fillRoutes } from "./fill-routes.js";
import { isHealthy } from "./ready-replicas.js";
import { type Step, stepsToward } from "./replica-steps.js";
import { writeAvailability, writeReplicaTasks } from "./replica-tasks.js";
import { revisionJobs, revisionNumber, revisionState } from "./revisions-of.js";

const SOON_MS = 1_000;
const IDLE_MS = 3_000;

const resourcesOf = (settings: Settings): ResourceProfile => ({
  memory_mb: settings.ROCAS_DEPLOY_MEMORY_MB,
  cpus: settings.ROCAS_CPUS,
  pids: settings.ROCAS_PIDS,
  scratch_mb: settings.ROCAS_SCRATCH_MB,
});

/** Brings one revision of a deployment nearer to what is wanted of it, and writes down how it is. */
export const carryDeployment: Worker = async (app, lease) => {
  const { spec } = lease.job;
  if (spec.kind !== "DEPLOY") throw new Error(`${lease.job._id} is no deployment's.`);
  const [deployment] = await findByIds(app.store.deployments, [spec.deployment]);
  const turn = new DeploymentTurn(app, lease, deployment ?? null, spec.deployment);
  return turn.take();
};

class DeploymentTurn {
  private readonly resources: ResourceProfile;

  constructor(
    private readonly app: App,
    private readonly lease: Lease,
    private readonly deployment: Deployment | null,
    private readonly deploymentId: string,
  ) {
    this.resources = resourcesOf(app.settings);
  }

  async take(): Promise<TickResult> {
    const { app, lease: lease } = this;
    const containers = await app.runtime.observe(lease.job._id);
    // A replica may have reported its end between our last look at the job and what was seen of its container.
    if (containers.some(({ state }) => state !== "RUNNING")) await lease.write({});
    const now = await app.store.now();
    const steps = await this.steps(containers, now);
    if (lease.job.state === "QUEUED") await lease.write({ $set: { state: "STARTING" } });
    if (steps.some((step) => step.do === "END")) return this.end();
    for (const step of steps) await carryOut(app, lease, step, this.resources, containers, now);
    const ready = await this.ready(containers);
    await this.writeStatus(ready);
    if (steps.some((step) => canContinue(step, now))) return { requeueAfterMs: 0 };
    return { requeueAfterMs: steps.length === 0 && this.isSteady(ready) ? IDLE_MS : SOON_MS };
  }

  private get desired(): DesiredDeployment | null {
    const { deployment, lease: lease } = this;
    const going = !deployment || deployment.deleting || lease.job.desired === "CANCEL";
    return going ? null : { revision: deployment.revision, replicas: deployment.replicas };
  }

  private async steps(containers: readonly ObservedContainer[], now: Date): Promise<Step[]> {
    const { lease: lease, deployment, app } = this;
    const jobs = deployment ? await revisionJobs(app.store, deployment) : [];
    const underWay = jobs.filter(({ state }) => !ENDED.includes(state));
    const revisions = deployment ? underWay.map((job) => revisionState(job, deployment)) : [];
    const desired = desiredRevision(revisionNumber(lease.job), this.desired, revisions);
    const overLimit = await this.overLimit(containers);
    const seen = { slots: lease.job.slots, containers, overLimit, listeningForMs: process.uptime() * 1000 };
    return stepsToward(desired, seen, now);
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
    const { app, lease: lease } = this;
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
    const { app, lease: lease, deployment } = this;
    if (!deployment) return;
    const others = await revisionJobs(app.store, deployment);
    const changed = await writeReplicaTasks(app, deployment._id, lease.job, ready, numbersUnderWay(others));
    if (this.isComplete(ready) && lease.job.state !== "RUNNING") await lease.write({ $set: { state: "RUNNING" } });
    if (changed) await fillRoutes(app);
    // Only who is routed to is counted: whoever waits for FULL may send at once. Then those that it replaces get nothing.
    const available = await writeAvailability(app, deployment._id);
    if (available) await fillRoutes(app);
    if (!changed && !available) return;
    // Those that wait for this one to be complete need not wait for their time.
    for (const { _id } of others) if (_id !== lease.job._id) await wakeJob(app.store, _id);
  }

  private isComplete(ready: ReadonlySet<number>): boolean {
    const { desired: desired, lease: lease } = this;
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
    const { app, lease: lease } = this;
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
  step.do === "WANT" || step.do === "INTEND" || step.do === "CLEAR" || (step.do === "RETIRE" && step.until <= now);
