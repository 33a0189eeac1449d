import type { App } from "../app.js";
import { exitReason, LOST } from "../attempt/attempt-state.js";
import { nextAttempt, startContainer } from "../attempt/run-attempt.js";
import type { ResourceProfile } from "../graph/resource-profile.js";
import type { Slot } from "../jobs/job.js";
import type { Lease } from "../jobs/lease.js";
import type { ObservedContainer } from "../runtime/runtime.js";
import { backOffUntil, type Step } from "./replica-steps.js";

const OVER: Partial<Slot> = { token_hash: null, claimed_at: null, ready_at: null, completed: null };
const CLEARED: Partial<Slot> = { ...OVER, last_error: null, failures: 0, not_before: null, progress: 0 };

const at = (slot: number, fields: Partial<Slot>) =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [`slots.${slot}.${name}`, value]));

/**
 * Carries one step out. What is stored comes first wherever a container could otherwise work for nobody or for two.
 * @throws LeaseLost, RUNTIME_UNAVAILABLE
 */
export async function executeStep(
  app: App,
  lease: Lease,
  step: Step,
  resources: ResourceProfile,
  containers: readonly ObservedContainer[],
  now: Date,
): Promise<void> {
  switch (step.do) {
    case "WANT":
      await lease.write({ $set: at(step.slot, { wanted: true, not_before: null }) });
      return;
    case "RETIRE":
      await lease.write({ $set: at(step.slot, { wanted: false, not_before: step.until }) });
      return;
    case "INTEND": {
      await stopAll(app, lease, step.leftovers);
      const { set, only } = nextAttempt(app.vault, lease.job, step.slot, now);
      await lease.write({ $set: set }, only);
      return;
    }
    case "RUN":
      return run(app, lease, step.slot, resources, now);
    case "LOSE": {
      const container = lease.job.slots[step.slot]?.container ?? null;
      const reason = step.reason ?? (await exitReasonOf(app, container, resources, containers));
      const { failures, until } = step;
      await lease.write({ $set: at(step.slot, { ...OVER, last_error: reason, failures, not_before: until }) });
      if (container) await stopAll(app, lease, [container]);
      return;
    }
    case "CLEAR":
      await stopAll(app, lease, step.leftovers);
      await lease.write({ $set: at(step.slot, CLEARED) }, { [`slots.${step.slot}.wanted`]: false });
      return;
    case "END":
      return;
  }
}

async function run(app: App, lease: Lease, slot: number, resources: ResourceProfile, now: Date): Promise<void> {
  const refused = await startContainer(app, lease.job, slot, resources);
  if (refused === null) return;
  const failures = lease.job.slots[slot]?.failures ?? 0;
  const lost = { ...OVER, last_error: refused, failures: failures + 1, not_before: backOffUntil(failures, now) };
  await lease.write({ $set: at(slot, lost) });
}

async function exitReasonOf(
  app: App,
  name: string | null,
  resources: ResourceProfile,
  containers: readonly ObservedContainer[],
): Promise<string> {
  const container = containers.find((each) => each.name === name);
  return container ? exitReason(container, resources, await app.runtime.lastOutput(container.name)) : LOST.gone;
}

async function stopAll({ runtime }: App, { signal }: Lease, names: readonly string[]): Promise<void> {
  signal.throwIfAborted();
  await Promise.all(names.map((name) => runtime.stop(name)));
}
