import { KINDS } from "../graph/id.js";
import type { OutboxEntry } from "../graph/stored-record.js";
import type { Store } from "../store/store.js";

const BATCH = 500;

/** The ids of records that a mutation has not finished with: it still runs, has failed, or its process has crashed. */
export interface Leftovers {
  /** Those with outbox entries. */
  readonly unrelayed: readonly string[];
  /** Those whose deletion waits for their work to end. */
  readonly deleting: readonly string[];
}

interface LeftRecord {
  readonly _id: string;
  readonly outbox?: readonly OutboxEntry[];
  readonly deleting?: boolean;
  readonly deleted?: boolean;
}

/** Returns the leftovers of all kinds, by one command. */
export async function findLeftovers({ collectionOf }: Pick<Store, "collectionOf">): Promise<Leftovers> {
  const [first, ...others] = KINDS.map(collectionOf);
  const unions = others.map(({ collectionName: coll }) => ({ $unionWith: { coll, pipeline: LEFT } }));
  const found = await first!.aggregate<LeftRecord>([...LEFT, ...unions]).toArray();
  return {
    unrelayed: found.filter(({ outbox = [] }) => outbox.length > 0).map(({ _id }) => _id),
    deleting: found.filter(({ deleting, deleted }) => deleting && !deleted).map(({ _id }) => _id),
  };
}

const LEFT = [
  { $match: { $or: [{ "outbox.version": { $gt: 0 } }, { deleting: true, deleted: { $ne: true } }] } },
  { $limit: BATCH },
  { $project: { "outbox.version": 1, deleting: 1, deleted: 1 } },
];
