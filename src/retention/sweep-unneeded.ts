import type { mongo } from "mongoose";
import { DAY_MS } from "./days.js";

const BATCH = 100;
/** Of one sweep; the next one goes on. */
const MOST_BATCHES = 20;

/** A document that is kept as long as something needs it. */
export interface Kept {
  readonly _id: string;
  /** The time at which a sweep last looked if something does. */
  readonly checked_at?: Date;
  /** The time since which nothing has. */
  readonly unneeded_since?: Date;
}

/** The way in which one kind of what is kept is swept. */
export interface Sweep {
  /** The documents of the collection that are looked at. */
  readonly among: object;
  /** Returns those that something needs. */
  needed(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Removes one that nothing has needed for long. Repeatable. */
  remove(kept: Kept): Promise<void>;
}

/** The time for which nothing must have needed it. */
interface Patience {
  readonly now: Date;
  readonly days: number;
}

/** Removes what nothing has needed for so many days. Each is looked at once a day; who needs one again, keeps it. */
export async function sweepUnneeded(
  collection: mongo.Collection<Kept>,
  sweep: Sweep,
  patience: Patience,
): Promise<void> {
  for (let batches = 0; batches < MOST_BATCHES; batches += 1) {
    const due = await dueOf(collection, sweep.among, new Date(patience.now.getTime() - DAY_MS));
    if (due.length === 0) return;
    await judge(collection, sweep, due, patience);
  }
}

async function dueOf(collection: mongo.Collection<Kept>, among: object, before: Date): Promise<readonly Kept[]> {
  const find = (where: object): Promise<Kept[]> =>
    collection
      .find({ ...among, ...where }, { projection: { unneeded_since: 1 } })
      .limit(BATCH)
      .toArray();
  const unseen = await find({ checked_at: null });
  return unseen.length > 0 ? unseen : find({ checked_at: { $lt: before } });
}

async function judge(
  collection: mongo.Collection<Kept>,
  { needed, remove }: Sweep,
  due: readonly Kept[],
  { now, days }: Patience,
): Promise<void> {
  const kept = await needed(due.map(({ _id }) => _id));
  const idsOf = (some: readonly Kept[]): object => ({ _id: { $in: some.map(({ _id }) => _id) } });
  const unneeded = due.filter(({ _id }) => !kept.has(_id));
  await collection.updateMany(idsOf(due), { $set: { checked_at: now } });
  await collection.updateMany(idsOf(due.filter(({ _id }) => kept.has(_id))), { $unset: { unneeded_since: "" } });
  await collection.updateMany({ ...idsOf(unneeded), unneeded_since: null } as unknown as mongo.Filter<Kept>, {
    $set: { unneeded_since: now },
  });
  const longAgo = new Date(now.getTime() - days * DAY_MS);
  for (const each of unneeded) if (each.unneeded_since && each.unneeded_since < longAgo) await remove(each);
}
