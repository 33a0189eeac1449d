import type { JobUpdate } from "../jobs/hold.js";
import type { Job, Slot } from "../jobs/job.js";
import type { Vault } from "../vault/vault.js";
import { nameOfContainer } from "./container-of.js";
import { runTokenHash } from "./run-token.js";

/** The intent of the next attempt of a slot: written before the engine is asked for anything. What the one before it left is gone with it. */
export function nextAttempt(
  vault: Pick<Vault, "sign">,
  job: Job,
  index: number,
  now: Date,
): { readonly set: NonNullable<JobUpdate["$set"]>; readonly only: Record<string, unknown> } {
  const before = job.slots[index]?.attempt ?? 0;
  const container = nameOfContainer(job, index, before + 1);
  const fields: Partial<Slot> = {
    attempt: before + 1,
    container,
    token_hash: runTokenHash(vault, container),
    intended_at: now,
    claimed_at: null,
    heartbeat_at: null,
    ready_at: null,
    progress: 0,
    completed: null,
    not_before: null,
  };
  const at = Object.entries(fields).map(([name, value]) => [`slots.${index}.${name}`, value]);
  return { set: Object.fromEntries(at), only: { desired: "RUN", [`slots.${index}.attempt`]: before } };
}
