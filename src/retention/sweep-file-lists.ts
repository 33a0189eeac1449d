import { type mongo, trusted } from "mongoose";
import type { App } from "../app.js";
import { listHolding } from "../files/files-of.js";
import { fileRecordsOf } from "../files/file-record.js";
import { listOfPart, recordOfList } from "../files/file-lists.js";
import { FROZEN } from "../files/frozen-lists.js";
import type { AnyRecord } from "../graph/stored-record.js";
import { kindOf } from "../graph/id.js";
import type { Records, Store } from "../store/store.js";
import { foundAt, plainly } from "./needed.js";
import { type Kept, sweepUnneeded } from "./sweep-unneeded.js";

/**
 * Removes the lists of manifests whose record is gone, once no snapshot of it has been there for as long as events are
 * kept. What was to come of them goes with the record.
 */
export async function sweepFileLists({ store, settings }: Pick<App, "store" | "settings">): Promise<void> {
  const days = settings.ROCAS_KEEP_EVENTS_DAYS;
  const { fileLists } = store;
  if (days > 0)
    await sweepUnneeded(
      fileLists as unknown as mongo.Collection<Kept>,
      {
        among: { n: 0 },
        needed: (parts) => neededAmong(store, parts),
        remove: async ({ _id }) => {
          const list = listOfPart(_id);
          // The first part last: a crash between is met again.
          await fileLists.deleteMany({ list, n: { $gt: 0 } });
          await fileLists.deleteMany({ list });
          await store.missingFiles.deleteMany({ of: list });
        },
      },
      { now: await store.now(), days },
    );
}

async function neededAmong(store: Store, parts: readonly string[]): Promise<ReadonlySet<string>> {
  const ids = [...new Set(parts.map((part) => recordOfList(listOfPart(part))))];
  const lists = new Set((await Promise.all(ids.map((id) => listOfRecord(store, id)))).filter((list) => list !== null));
  const frozen = new Set([...(await frozenAmong(store, "dataset", ids)), ...(await frozenAmong(store, "movers", ids))]);
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
  return record ? listHolding(record) : null;
}

async function frozenAmong(
  store: Store,
  kind: "dataset" | "movers",
  ids: readonly string[],
): Promise<readonly string[]> {
  const own = ids.filter((id) => kindOf(id) === kind);
  if (own.length === 0) return [];
  const found = await Promise.all(
    Object.entries(FROZEN[kind]).flatMap(([name, paths]) =>
      paths.map((path) => {
        const collection =
          name === "snapshots"
            ? (store.snapshots as unknown as mongo.Collection<{ _id: string }>)
            : plainly(store[name as keyof Store] as unknown as Records<AnyRecord>);
        return foundAt(collection, `${path}._id`, own, { [`${path}.manifest.count`]: { $gt: 0 } });
      }),
    ),
  );
  return found.flat();
}
