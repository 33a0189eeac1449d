import { trusted } from "mongoose";
import type { App } from "../app.js";
import { ROCAS } from "../caller.js";
import { deleteFound } from "../deletion/delete-record.js";
import { DomainError } from "../errors.js";
import { type Kind, KINDS } from "../graph/id.js";
import type { RetentionPolicy } from "../graph/retention-policy.js";
import type { AnyRecord } from "../graph/stored-record.js";
import type { RecordKinds } from "../kinds/record-kind.js";
import { snapshotPaths } from "../snapshots/snapshot-paths.js";
import { generationsOf } from "../store/generations.js";
import { systemIntent } from "../store/idempotency.js";
import type { Records } from "../store/store.js";
import { neededAmong } from "./needed.js";
import { BATCH, inBatches, isOlderThan, type PolicyOwner } from "./policy-sweep.js";
import { sweepBuilds } from "./sweep-builds.js";

/** Superseded records of one kind, below an owner with a policy. */
interface Owned {
  readonly kind: Kind;
  /** The field that holds the id of the owner. */
  readonly field: string;
  readonly owner: PolicyOwner;
}

/**
 * Deletes superseded records that no policy keeps and nothing needs, and builds whose build version is gone. They are
 * deleted like by a mutation: a crash leaves them deleted or marked, and several processes may sweep.
 */
export async function sweepGenerations(app: App): Promise<void> {
  const { store } = app;
  const owned = ownedKinds(store.kinds);
  for (const ownerKind of new Set(owned.map(({ parent }) => parent)))
    for (const owner of await withPolicy(store.byKind[ownerKind])) {
      for (const { kind, field, parent } of owned)
        if (parent === ownerKind) await sweepOwned(app, { kind, field, owner });
      // After the build versions, so that their builds follow.
      if (ownerKind === "project") await sweepBuilds(app, owner);
    }
}

/** Returns superseding kinds with the field and kind of their parent, holders of snapshots first. */
function ownedKinds(cards: RecordKinds): readonly { kind: Kind; field: string; parent: Kind }[] {
  // A holder has its own paths and those inside what it holds, so that it has more than that.
  const size = (kind: Kind) => snapshotPaths(cards, kind).length;
  return KINDS.filter((kind) => cards[kind].supersedes)
    .sort((one, other) => size(other) - size(one))
    .flatMap((kind) =>
      Object.entries(cards[kind].definition?.parts ?? {}).flatMap(([field, part]) =>
        part.as === "PARENT" ? [{ kind, field, parent: part.kind }] : [],
      ),
    );
}

const withPolicy = async (records: Records<AnyRecord>): Promise<readonly PolicyOwner[]> =>
  (await records
    .find({ superseded: false, deleting: false, retention: trusted({ $ne: null }) } as object, { retention: 1 })
    .lean()) as unknown as PolicyOwner[];

const sweepOwned = (app: App, owned: Owned): Promise<void> =>
  inBatches(
    (before) => superseded(app, owned, before),
    (batch) => sweepBatch(app, owned, batch),
  );

async function superseded(
  { store }: App,
  { kind, field, owner }: Owned,
  before: string | null,
): Promise<readonly AnyRecord[]> {
  return store.byKind[kind]
    .find(
      {
        [field]: owner._id,
        superseded: true,
        deleting: false,
        deleted: trusted({ $ne: true }),
        ...(before && { _id: trusted({ $lt: before }) }),
      } as object,
      { key: 1, seq: 1, created_at: 1, deleting: 1 },
    )
    .sort({ _id: -1 })
    .limit(BATCH)
    .lean<AnyRecord[]>();
}

async function sweepBatch(
  app: App,
  { kind, owner: { retention } }: Owned,
  batch: readonly AnyRecord[],
): Promise<number> {
  const { store } = app;
  const surplus = await surplusOf(store.byKind[kind], retention, batch, await store.now());
  if (surplus.length === 0) return 0;
  const needed = await neededAmong(
    store,
    kind,
    surplus.map(({ _id }) => _id),
  );
  let deleted = 0;
  for (const record of surplus.filter(({ _id }) => !needed.has(_id)))
    if (await deleteUnneeded(app, kind, record)) deleted += 1;
  return deleted;
}

/** Returns the records that neither rule of the policy keeps. */
async function surplusOf(
  records: Records<AnyRecord>,
  { keep_last, keep_days }: RetentionPolicy,
  batch: readonly AnyRecord[],
  now: Date,
): Promise<readonly AnyRecord[]> {
  const old = keep_days == null ? batch : batch.filter(({ created_at }) => isOlderThan(created_at, keep_days, now));
  if (keep_last == null) return old;
  const keys = [...new Set(old.map(({ key }) => key))];
  const oldest = new Map(
    await Promise.all(
      keys.map(async (key): Promise<[string, number]> => [key, await oldestKept(records, key, keep_last)]),
    ),
  );
  return old.filter(({ key, seq = 0 }) => seq < oldest.get(key)!);
}

/** Returns the lowest `seq` that the policy keeps of a name; 0 if all are kept. */
async function oldestKept(records: Records<AnyRecord>, key: string, count: number): Promise<number> {
  const [last] = await records
    .find(generationsOf([key]), { seq: 1 })
    .sort({ key: -1, seq: -1 })
    .skip(count - 1)
    .limit(1)
    .lean<Pick<AnyRecord, "seq">[]>();
  return last?.seq ?? 0;
}

async function deleteUnneeded(app: App, kind: Kind, target: AnyRecord): Promise<boolean> {
  const refuse = async ({ _id }: AnyRecord): Promise<void> => {
    if ((await neededAmong(app.store, kind, [_id])).has(_id)) throw new DomainError("IN_USE", "It is needed.");
  };
  try {
    await deleteFound(app, systemIntent(ROCAS), target, { cascade: false, refuse });
  } catch (error) {
    // Something needs it now, or another process was quicker.
    if (error instanceof DomainError) return false;
    throw error;
  }
  app.logger.info({ event: "superseded_record_removed", record: target._id, key: target.key });
  return true;
}
