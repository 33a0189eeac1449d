import type { App } from "../app.js";
import { exitReason } from "../attempt/attempt-state.js";
import { beginAttempt, slotUpdate, startContainer, stopContainers } from "../attempt/run-attempt.js";
import type { ResourceProfile } from "../graph/resource-profile.js";
import type { Slot } from "../jobs/job.js";
import type { Lease } from "../jobs/lease.js";
import { backOffUntil, type Step } from "./replica-steps.js";

const OVER: Partial<Slot> = { token_hash: null, claimed_at: null, ready_at: null, completed: null };
const CLEARED: Partial<Slot> = { ...OVER, last_error: null, failures: 0, not_before: null, progress: 0 };

/**
 * Executes one step. An attempt is over in the store before its container is stopped.
 * @throws LeaseLost, RUNTIME_UNAVAILABLE
 */
export async function executeStep(
  app: App,
  lease: Lease,
  step: Step,
  resources: ResourceProfile,
  now: Date,
): Promise<void> {
  switch (step.do) {
    case "ADD":
      await lease.write({ $set: slotUpdate(step.slot, { wanted: true, not_before: null }) });
      return;
    case "RETIRE":
      await lease.write({ $set: slotUpdate(step.slot, { wanted: false, not_before: step.until }) });
      return;
    case "INTEND":
      return beginAttempt(app, lease, step.slot, step.leftovers, now);
    case "RUN":
      return run(app, lease, step.slot, resources, now);
    case "BACK_OFF": {
      const { slot, cause, failures, until } = step;
      const reason =
        typeof cause === "string" ? cause : exitReason(cause, resources, await app.runtime.lastOutput(cause.name));
      const container = lease.job.slots[slot]?.container;
      await lease.write({ $set: slotUpdate(slot, { ...OVER, last_error: reason, failures, not_before: until }) });
      return stopContainers(app, lease, container ? [container] : []);
    }
    case "CLEAR":
      await stopContainers(app, lease, step.leftovers);
      await lease.write({ $set: slotUpdate(step.slot, CLEARED) }, { [`slots.${step.slot}.wanted`]: false });
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
  await lease.write({ $set: slotUpdate(slot, fields) });
}
