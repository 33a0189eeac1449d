import { slotPaths } from "../attempt/begin-attempt.js";
import { hashToken } from "../attempt/run-token.js";
import { DomainError } from "../errors.js";
import { type Job, type Slot, UNDER_WAY } from "../jobs/job.js";
import type { Store } from "../store/store.js";

/** An attempt of a container, found by its run token. */
export interface Attempt {
  readonly job: Job;
  /** The index of the slot in the job. */
  readonly index: number;
  readonly slot: Slot;
}

/** The attempt is not granted, and its container must stop (409). */
export class NotGranted extends DomainError {
  constructor() {
    super(
      "CONFLICT",
      "This attempt is not granted: it was cancelled, superseded, claimed before, or its job has ended.",
    );
  }
}

/** Returns the attempt of a token, or null. It is found by hash, so that the time does not depend on it. */
export async function attemptOf({ jobs }: Pick<Store, "jobs">, token: string): Promise<Attempt | null> {
  const hash = hashToken(token);
  const job = await jobs.findOne({ "slots.token_hash": hash });
  const index = job?.slots.findIndex((each) => each.token_hash === hash) ?? -1;
  const slot = job?.slots[index];
  return job && slot ? { job, index, slot } : null;
}

/** Matches the job while this attempt may run. It fences all writes of the attempt. */
const grantedFilter = ({ job, index, slot }: Attempt): Record<string, unknown> => ({
  _id: job._id,
  [`slots.${index}.token_hash`]: slot.token_hash,
  [`slots.${index}.attempt`]: slot.attempt,
  desired: "RUN",
  state: { $in: [...UNDER_WAY] },
});

/** Writes to the slot of a granted attempt, and makes its job due. @throws NotGranted */
export async function writeSlot(
  { jobs }: Pick<Store, "jobs">,
  attempt: Attempt,
  fields: Partial<Slot>,
  only: Partial<Slot> = {},
): Promise<void> {
  // `null` would match always: a number in a path also means a field of that name, which slots lack, and a missing
  // field equals null. The start gate would stand open.
  const exactly = Object.entries(only).map(([name, value]) => [name, value === null ? { $type: "null" } : value]);
  const now = new Date();
  const { matchedCount } = await jobs.updateOne(
    { ...grantedFilter(attempt), ...slotPaths(attempt.index, Object.fromEntries(exactly)) },
    { $set: { ...slotPaths(attempt.index, fields), next_reconcile_at: now, updated_at: now } },
  );
  if (matchedCount === 0) throw new NotGranted();
}

/** @throws NotGranted if the attempt was not claimed, or has ended */
export function assertRunning({ job, slot }: Attempt): void {
  const granted = job.desired === "RUN" && UNDER_WAY.includes(job.state);
  if (!granted || !slot.claimed_at || slot.completed) throw new NotGranted();
}
