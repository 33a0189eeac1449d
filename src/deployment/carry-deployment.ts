import type { App } from "../app.js";
import { tooMuchScratch } from "../attempt/too-much-scratch.js";
import type { ResourceProfile } from "../graph/resource-profile.js";
import type { Hold } from "../jobs/hold.js";
import { ENDED, type Job } from "../jobs/job.js";
import { makeDue } from "../jobs/make-due.js";
import type { Carrier, Next } from "../jobs/turn.js";
import type { Replica } from "../runtime/runtime.js";
import type { Settings } from "../settings.js";
import { byId } from "../store/current.js";
import { carryOut } from "./carry-out.js";
import type { Deployment } from "./deployment.js";
import { fillRoutes } from "./fill-routes.js";
import { isHealthy } from "./is-healthy.js";
import { numberOf, revisionJobs, stateOf } from "./revisions-of.js";
import { type Step, stepsToward } from "./steps-toward.js";
import { wantedOf, type DesiredDeployment } from "./wanted-of.js";
import { writeAvailability, writeReplicaTasks } from "./write-replica-tasks.js";

const SOON_MS = 1_000;
const STEADY_MS = 3_000;

const resourcesOf = (settings: Settings): ResourceProfile => ({
  memory_mb: settings.ROCAS_DEPLOY_MEMORY_MB,
  cpus: settings.ROCAS_CPUS,
  pids: settings.ROCAS_PIDS,
  scratch_mb: settings.ROCAS_SCRATCH_MB,
});

/** Brings one revision of a deployment nearer to what is wanted of it, and writes down how it is. */
export const carryDeployment: Carrier = async (app, hold) => {
  const { spec } = hold.job;
  if (spec.kind !== "DEPLOY") throw new Error(`${hold.job._id} is no deployment's.`);
  const [deployment] = await byId(app.store.deployments, [spec.deployment]);
  const turn = new DeploymentTurn(app, hold, deployment ?? null, spec.deployment);
  return turn.take();
};

class DeploymentTurn {
  private readonly resources: ResourceProfile;

  constructor(
    private readonly app: App,
    private readonly hold: Hold,
    private readonly deployment: Deployment | null,
    private readonly deploymentId: string,
  ) {
    this.resources = resourcesOf(app.settings);
  }

  async take(): Promise<Next> {
    const { app, hold } = this;
    const containers = await app.runtime.observe(hold.job._id);
    // A replica may have reported its end between our last look at the job and what was seen of its container.
    if (containers.some(({ state }) => state !== "RUNNING")) await hold.write({});
    const now = await app.store.now();
    const steps = await this.steps(containers, now);
    if (hold.job.state === "QUEUED") await hold.write({ $set: { state: "STARTING" } });
    if (steps.some((step) => step.do === "END")) return this.end();
    for (const step of steps) await carryOut(app, hold, step, this.resources, containers, now);
    const ready = await this.ready(containers);
    await this.tell(ready);
    if (steps.some((step) => goesOn(step, now))) return { again: 0 };
    return { again: steps.length === 0 && this.isSteady(ready) ? STEADY_MS : SOON_MS };
  }

  private get wish(): DesiredDeployment | null {
    const { deployment, hold } = this;
    const going = !deployment || deployment.deleting || hold.job.desired === "CANCEL";
    return going ? null : { revision: deployment.revision, replicas: deployment.replicas };
  }

  private async steps(containers: readonly Replica[], now: Date): Promise<Step[]> {
    const { hold, deployment, app } = this;
    const jobs = deployment ? await revisionJobs(app.store, deployment) : [];
    const underWay = jobs.filter(({ state }) => !ENDED.includes(state));
    const revisions = deployment ? underWay.map((job) => stateOf(job, deployment)) : [];
    const wanted = wantedOf(numberOf(hold.job), this.wish, revisions);
    const offences = await this.offences(containers);
    const seen = { slots: hold.job.slots, containers, offences, heardForMs: process.uptime() * 1000 };
    return stepsToward(wanted, seen, now);
  }

  private async offences(containers: readonly Replica[]): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    for (const { name, state } of containers) {
      const offence = state === "RUNNING" ? await tooMuchScratch(this.app, name, this.resources) : null;
      if (offence) found.set(name, offence);
    }
    return found;
  }

  /** The slots whose replica said that it is ready, and whose service answers. */
  private async ready(containers: readonly Replica[]): Promise<ReadonlySet<number>> {
    const { app, hold } = this;
    const answering = await Promise.all(
      containers.map(async ({ name, slot, state, endpoint }) => {
        const its = hold.job.slots[slot];
        const said = its?.container === name && its.token_hash !== null && its.ready_at !== null;
        if (!said || state !== "RUNNING" || endpoint === null) return [];
        return (await isHealthy(app, name, endpoint, this.wasReady(slot, its.attempt))) ? [slot] : [];
      }),
    );
    return new Set(answering.flat());
  }

  private wasReady(slot: number, attempt: number): boolean {
    const revision = numberOf(this.hold.job);
    const tasks = this.deployment?.tasks ?? [];
    return tasks.some(
      (task) => task.ready && task.revision === revision && task.slot === slot && task.attempt === attempt,
    );
  }

  private async tell(ready: ReadonlySet<number>): Promise<void> {
    const { app, hold, deployment } = this;
    if (!deployment) return;
    const others = await revisionJobs(app.store, deployment);
    const changed = await writeReplicaTasks(app, deployment._id, hold.job, ready, numbersUnderWay(others));
    if (this.isComplete(ready) && hold.job.state !== "RUNNING") await hold.write({ $set: { state: "RUNNING" } });
    if (changed) await fillRoutes(app);
    // Only who is routed to is counted: whoever waits for FULL may send at once. Then those that it replaces get nothing.
    const available = await writeAvailability(app, deployment._id);
    if (available) await fillRoutes(app);
    if (!changed && !available) return;
    // Those that wait for this one to be complete need not wait for their time.
    for (const { _id } of others) if (_id !== hold.job._id) await makeDue(app.store, _id);
  }

  private isComplete(ready: ReadonlySet<number>): boolean {
    const { wish, hold } = this;
    return wish !== null && wish.revision === numberOf(hold.job) && wish.replicas > 0 && ready.size >= wish.replicas;
  }

  private isSteady(ready: ReadonlySet<number>): boolean {
    return this.hold.job.slots.every((slot, index) => (slot.wanted ? ready.has(index) : slot.token_hash === null));
  }

  private async end(): Promise<Next> {
    const { app, hold } = this;
    const others = this.deployment ? numbersUnderWay(await revisionJobs(app.store, this.deployment)) : [];
    await writeReplicaTasks(app, this.deploymentId, hold.job, new Set(), others);
    await writeAvailability(app, this.deploymentId);
    return hold.end(this.wish ? "SUCCEEDED" : "CANCELLED");
  }
}

const numbersUnderWay = (jobs: readonly Job[]): number[] =>
  jobs.filter(({ state }) => !ENDED.includes(state)).map(numberOf);

/** True if another step can follow at once. */
const goesOn = (step: Step, now: Date): boolean =>
  step.do === "WANT" || step.do === "INTEND" || step.do === "CLEAR" || (step.do === "RETIRE" && step.until <= now);
