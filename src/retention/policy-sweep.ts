import type { RetentionPolicy } from "../graph/retention-policy.js";
import { DAY_MS } from "../units.js";

export const isOlderThan = (made: Date, days: number, now: Date): boolean =>
  now.getTime() - made.getTime() > days * DAY_MS;

/** Records per step. */
export const BATCH = 200;
/** Maximum deletions of one owner and kind in one sweep. */
const MAX_DELETED = 1_000;

/** A model or a project with a policy. */
export interface PolicyOwner {
  readonly _id: string;
  readonly retention: RetentionPolicy;
}

/**
 * Goes through records, newest first: records that only a deleted newer one needed go in the same sweep.
 * @param next returns the records before an id, or the newest ones.
 * @param sweep deletes some records of a batch, and returns their number.
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
