import type { RetentionPolicy } from "../graph/retention-policy.js";

export const DAY_MS = 24 * 60 * 60 * 1000;

export const isOlderThan = (made: Date, days: number, now: Date): boolean =>
  now.getTime() - made.getTime() > days * DAY_MS;

/** The number of records that are looked at in one step. */
export const BATCH = 200;
/** Of one owner and kind in one sweep; the next one goes on. */
const MAX_DELETED = 1_000;

/** A model or a project that has a policy. */
export interface PolicyOwner {
  readonly _id: string;
  readonly retention: RetentionPolicy;
}

/**
 * Goes through records from the newest on: what only a newer one needed that goes is free then.
 * @param next those before an id, or the newest
 * @param sweep deletes what is to go of a batch, and gives how many that were
 */
export async function inBatches<R extends { readonly _id: string }>(
  next: (before: string | null) => Promise<readonly R[]>,
  sweep: (batch: readonly R[]) => Promise<number>,
): Promise<void> {
  let deleted = 0;
  for (let before: string | null = null; deleted < MAX_DELETED;) {
    const batch: readonly R[] = await next(before);
    const last = batch.at(-1);
    if (!last) return;
    before = last._id;
    deleted += await sweep(batch);
  }
}
