import type { mongo } from "mongoose";
import type { App } from "../app.js";
import type { AnyRecord } from "../graph/stored-record.js";
import type { KeptSnapshot, Records, Store } from "../store/store.js";
import { DAY_MS } from "./days.js";
import { foundAt, plainly } from "./needed.js";

const BATCH = 100;
/** Of one sweep; the next one goes on. */
const MOST_BATCHES = 20;

/** Where records hold pins: their versions' snapshots, and the trainings in these. Each path has an index. */
const PINS: Partial<Readonly<Record<keyof Store, readonly string[]>>> = {
  modelVersions: ["train.pretrained.hash", "pretrained.pretrained.hash", "pretrained.train.pretrained.hash"],
  trainings: ["pretrained.pretrained.hash", "pretrained.train.pretrained.hash"],
  deployments: ["movers.pretrained.hash", "movers.train.pretrained.hash"],
  deploymentRevisions: ["movers.pretrained.hash", "movers.train.pretrained.hash"],
};
const PINS_OF_COPIES = ["content.pretrained.hash", "content.train.pretrained.hash"];

type Seen = Pick<KeptSnapshot, "_id" | "unneeded_since">;

/**
 * Removes copies of snapshots that no record and no other copy has pinned for as long as events are kept, which may
 * hold their pins too. Each is looked at once a day; who pins one again takes it off, so that it stays.
 */
export async function sweepSnapshots({ store, settings }: Pick<App, "store" | "settings">): Promise<void> {
  const days = settings.ROCAS_KEEP_EVENTS_DAYS;
  if (days === 0) return;
  const now = await store.now();
  for (let batches = 0; batches < MOST_BATCHES; batches += 1) {
    const due = await dueSnapshots(store, new Date(now.getTime() - DAY_MS));
    if (due.length === 0) return;
    await judge(store, due, now, new Date(now.getTime() - days * DAY_MS));
  }
}

async function dueSnapshots({ snapshots }: Store, before: Date): Promise<readonly Seen[]> {
  const find = (where: object): Promise<Seen[]> =>
    snapshots
      .find(where, { projection: { unneeded_since: 1 } })
      .limit(BATCH)
      .toArray();
  const unseen = await find({ checked_at: null });
  return unseen.length > 0 ? unseen : find({ checked_at: { $lt: before } });
}

async function judge(store: Store, due: readonly Seen[], now: Date, longAgo: Date): Promise<void> {
  const { snapshots } = store;
  const pinned = await pinnedAmong(
    store,
    due.map(({ _id }) => _id),
  );
  const idsOf = (some: readonly Seen[]): object => ({ _id: { $in: some.map(({ _id }) => _id) } });
  const unneeded = due.filter(({ _id }) => !pinned.has(_id));
  await snapshots.updateMany(idsOf(due), { $set: { checked_at: now } });
  await snapshots.updateMany(idsOf(due.filter(({ _id }) => pinned.has(_id))), { $unset: { unneeded_since: "" } });
  await snapshots.updateMany({ ...idsOf(unneeded), unneeded_since: null } as unknown as mongo.Filter<KeptSnapshot>, {
    $set: { unneeded_since: now },
  });
  for (const { _id, unneeded_since } of unneeded)
    if (unneeded_since && unneeded_since < longAgo) await snapshots.deleteOne({ _id, unneeded_since });
}

async function pinnedAmong(store: Store, hashes: readonly string[]): Promise<ReadonlySet<string>> {
  const inRecords = Object.entries(PINS).flatMap(([name, paths]) =>
    paths.map((path) => foundAt(plainly(store[name as keyof Store] as unknown as Records<AnyRecord>), path, hashes)),
  );
  const copies = store.snapshots as unknown as mongo.Collection<{ _id: string }>;
  const inCopies = PINS_OF_COPIES.map((path) => foundAt(copies, path, hashes));
  return new Set((await Promise.all([...inRecords, ...inCopies])).flat());
}
