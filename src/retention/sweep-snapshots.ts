import type { mongo } from "mongoose";
import type { App } from "../app.js";
import type { AnyRecord } from "../graph/stored-record.js";
import type { Records, Store } from "../store/store.js";
import { foundAt, plainly } from "./needed.js";
import { type Kept, sweepUnneeded } from "./sweep-unneeded.js";

/** The fields in which records hold pins: their versions' snapshots, and the trainings in these. Each path has an index. */
const PINS: Partial<Readonly<Record<keyof Store, readonly string[]>>> = {
  modelVersions: ["train.pretrained.hash", "pretrained.pretrained.hash", "pretrained.train.pretrained.hash"],
  trainings: ["pretrained.pretrained.hash", "pretrained.train.pretrained.hash"],
  deployments: ["movers.pretrained.hash", "movers.train.pretrained.hash"],
  deploymentRevisions: ["movers.pretrained.hash", "movers.train.pretrained.hash"],
};
const PINS_OF_COPIES = ["content.pretrained.hash", "content.train.pretrained.hash"];

/**
 * Removes copies of snapshots that no record and no other copy has pinned for as long as events are kept, which may
 * hold their pins too.
 */
export async function sweepSnapshots({ store, settings }: Pick<App, "store" | "settings">): Promise<void> {
  const days = settings.ROCAS_KEEP_EVENTS_DAYS;
  if (days === 0) return;
  const { snapshots } = store;
  await sweepUnneeded(
    snapshots as unknown as mongo.Collection<Kept>,
    {
      among: {},
      needed: (hashes) => pinnedAmong(store, hashes),
      remove: async ({ _id, unneeded_since }) =>
        void (await snapshots.deleteOne({ _id, unneeded_since: unneeded_since! })),
    },
    { now: await store.now(), days },
  );
}

async function pinnedAmong(store: Store, hashes: readonly string[]): Promise<ReadonlySet<string>> {
  const inRecords = Object.entries(PINS).flatMap(([name, paths]) =>
    paths.map((path) => foundAt(plainly(store[name as keyof Store] as unknown as Records<AnyRecord>), path, hashes)),
  );
  const copies = store.snapshots as unknown as mongo.Collection<{ _id: string }>;
  const inCopies = PINS_OF_COPIES.map((path) => foundAt(copies, path, hashes));
  return new Set((await Promise.all([...inRecords, ...inCopies])).flat());
}
