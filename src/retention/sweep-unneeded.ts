import { type mongo, trusted } from "mongoose";
import type { App } from "../app.js";
import { deleteList, listOfPart, recordOfList } from "../files/file-lists.js";
import { fileRecordsOf } from "../files/file-record.js";
import { fileListOf } from "../files/files-of.js";
import { deleteMissingOf } from "../files/missing-files.js";
import { kindOf, KINDS } from "../graph/id.js";
import { pathsWithFiles, snapshotPaths, snapshotPathsInCopies } from "../snapshots/snapshot-paths.js";
import type { Store } from "../store/store.js";
import { DAY_MS } from "../units.js";
import { collectionOf, referencedAt } from "./needed.js";

/** Removes file lists of deleted records, once no snapshot has needed them for as long as events are kept. */
export async function sweepFileLists({ store, settings }: Pick<App, "store" | "settings">): Promise<void> {
  const days = settings.ROCAS_KEEP_EVENTS_DAYS;
  const { fileLists } = store;
  if (days > 0)
    await sweepUnneeded(
      fileLists as unknown as mongo.Collection<Retained>,
      {
        filter: { n: 0 },
        needed: (parts) => neededLists(store, parts),
        remove: async ({ _id }) => {
          const list = listOfPart(_id);
          await deleteList(store, list);
          await deleteMissingOf(store, list);
        },
      },
      { now: await store.now(), days },
    );
}

async function neededLists(store: Store, parts: readonly string[]): Promise<ReadonlySet<string>> {
  const ids = [...new Set(parts.map((part) => recordOfList(listOfPart(part))))];
  const lists = new Set((await Promise.all(ids.map((id) => listOfRecord(store, id)))).filter((list) => list !== null));
  const frozen = new Set(await frozenAmong(store, ids));
  return new Set(
    parts.filter((part) => {
      const list = listOfPart(part);
      return lists.has(list) || frozen.has(recordOfList(list));
    }),
  );
}

async function listOfRecord(store: Store, id: string): Promise<string | null> {
  const record = await fileRecordsOf(store, id)
    ?.findOne({ _id: id, deleted: trusted({ $ne: true }) }, { file_list: 1 })
    .lean();
  return record ? fileListOf(record) : null;
}

/** Returns the records of which a snapshot with a file list exists. */
async function frozenAmong(store: Store, ids: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(
    snapshotPlaces(store).flatMap(({ collection, paths }) =>
      pathsWithFiles(store.kinds, paths).map(async ({ path, of }) => {
        const own = ids.filter((id) => kindOf(id) === of);
        const hasList = { [`${path}.manifest.count`]: { $gt: 0 } };
        return own.length > 0 ? referencedAt(collection, `${path}._id`, own, hasList) : [];
      }),
    ),
  );
  return found.flat();
}

/** Returns the collections that hold snapshots, with the places in them. */
const snapshotPlaces = (store: Store) => [
  ...KINDS.map((kind) => ({
    collection: collectionOf(store.byKind[kind]),
    paths: snapshotPaths(store.kinds, kind),
  })),
  {
    collection: store.snapshots as unknown as mongo.Collection<{ _id: string }>,
    paths: snapshotPathsInCopies(store.kinds),
  },
];

/** Removes copies of snapshots that nothing has pinned for as long as events are kept: events may hold pins, too. */
export async function sweepSnapshots({ store, settings }: Pick<App, "store" | "settings">): Promise<void> {
  const days = settings.ROCAS_KEEP_EVENTS_DAYS;
  if (days === 0) return;
  const { snapshots } = store;
  await sweepUnneeded(
    snapshots as unknown as mongo.Collection<Retained>,
    {
      filter: {},
      needed: (hashes) => pinnedAmong(store, hashes),
      remove: async ({ _id, unneeded_since }) =>
        void (await snapshots.deleteOne({ _id, unneeded_since: unneeded_since! })),
    },
    { now: await store.now(), days },
  );
}

async function pinnedAmong(store: Store, hashes: readonly string[]): Promise<ReadonlySet<string>> {
  const found = await Promise.all(
    snapshotPlaces(store).flatMap(({ collection, paths }) =>
      paths.filter(({ isPin }) => isPin).map(({ path }) => referencedAt(collection, `${path}.hash`, hashes)),
    ),
  );
  return new Set(found.flat());
}

const BATCH = 100;
/** Batches of one sweep. */
const MAX_BATCHES = 20;

/** A document that is kept as long as something needs it. */
interface Retained {
  readonly _id: string;
  /** Time of the last check if something needs it. */
  readonly checked_at?: Date;
  /** Time since which nothing needs it. */
  readonly unneeded_since?: Date;
}

/** The sweep of one kind of retained documents. */
interface SweepRules {
  /** Selects the documents to check. */
  readonly filter: object;
  /** Returns the ids that something needs. */
  needed(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Removes a document that nothing has needed for long. Repeatable. */
  remove(document: Retained): Promise<void>;
}

/** Days for which nothing must have needed a document. */
interface Grace {
  readonly now: Date;
  readonly days: number;
}

/** Removes documents that nothing has needed for some days. Each is checked once a day. */
async function sweepUnneeded(collection: mongo.Collection<Retained>, sweep: SweepRules, grace: Grace): Promise<void> {
  for (let batches = 0; batches < MAX_BATCHES; batches += 1) {
    const due = await dueOf(collection, sweep.filter, new Date(grace.now.getTime() - DAY_MS));
    if (due.length === 0) return;
    await sweepBatch(collection, sweep, due, grace);
  }
}

async function dueOf(
  collection: mongo.Collection<Retained>,
  filter: object,
  before: Date,
): Promise<readonly Retained[]> {
  const find = (where: object): Promise<Retained[]> =>
    collection
      .find({ ...filter, ...where }, { projection: { unneeded_since: 1 } })
      .limit(BATCH)
      .toArray();
  const unseen = await find({ checked_at: null });
  return unseen.length > 0 ? unseen : find({ checked_at: { $lt: before } });
}

async function sweepBatch(
  collection: mongo.Collection<Retained>,
  { needed, remove }: SweepRules,
  due: readonly Retained[],
  { now, days }: Grace,
): Promise<void> {
  const kept = await needed(due.map(({ _id }) => _id));
  const idsOf = (some: readonly Retained[]): object => ({ _id: { $in: some.map(({ _id }) => _id) } });
  const unneeded = due.filter(({ _id }) => !kept.has(_id));
  await collection.updateMany(idsOf(due), { $set: { checked_at: now } });
  await collection.updateMany(idsOf(due.filter(({ _id }) => kept.has(_id))), { $unset: { unneeded_since: "" } });
  await collection.updateMany({ ...idsOf(unneeded), unneeded_since: null } as unknown as mongo.Filter<Retained>, {
    $set: { unneeded_since: now },
  });
  const longAgo = new Date(now.getTime() - days * DAY_MS);
  for (const each of unneeded) if (each.unneeded_since && each.unneeded_since < longAgo) await remove(each);
}
