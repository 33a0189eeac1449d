import { createHash } from "node:crypto";
import { serialize } from "bson";
import type { AnyDefinition, Definition, Part } from "../graph/definition.js";
import type { AnySnapshot, Pin } from "../graph/snapshot.js";
import type { AnyRecord } from "../graph/stored-record.js";
import type { ModelVersionSnapshot } from "../model-version/model-version.js";
import { requireParent } from "../store/read-records.js";
import { isDuplicateKey } from "../store/store-errors.js";
import type { Store } from "../store/store.js";

type FreezingStore = Pick<Store, "byKind" | "snapshots">;
type Fields = Readonly<Record<string, unknown>>;

/**
 * Returns a snapshot of a record and, within it, one of its parent.
 * @param supplied fields that the record does not have.
 * @throws CONFLICT if the parent is being deleted.
 */
export async function freeze<R extends AnyRecord, S extends AnySnapshot>(
  store: FreezingStore,
  definition: Definition<R, S>,
  record: R,
  at: Date,
  supplied: Partial<S> = {},
): Promise<S> {
  return { ...(await freezeRecord(store, definition, record, at)), ...supplied } as unknown as S;
}

async function freezeRecord(
  store: FreezingStore,
  { parts }: AnyDefinition,
  record: AnyRecord,
  at: Date,
): Promise<object> {
  const fields = await Promise.all(
    Object.entries(parts).map(async ([field, part]) => [
      field,
      await freezePart(store, part, (record as unknown as Fields)[field] ?? null, at),
    ]),
  );
  return { _id: record._id, key: record.key, taken_at: at, ...Object.fromEntries(fields) };
}

async function freezePart(store: FreezingStore, part: Part, value: unknown, at: Date): Promise<unknown> {
  if (part.as === "PARENT")
    return freezeRecord(store, part.definition, await requireParent(store.byKind[part.kind], value as string), at);
  if (part.as !== "PIN" || value === null) return value;
  if (!Array.isArray(value)) return pinSnapshot(store, value as ModelVersionSnapshot);
  return Promise.all((value as ModelVersionSnapshot[]).map((each) => pinSnapshot(store, each)));
}

/** Returns the content with sorted keys at every level. The times of the snapshots are left out: they do not count. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (value === null || typeof value !== "object" || Object.getPrototypeOf(value) !== Object.prototype) return value;
  const fields = Object.entries(value).filter(([name]) => name !== "taken_at");
  fields.sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(fields.map(([name, each]) => [name, canonical(each)]));
}

/**
 * Stores the snapshot as an immutable copy under the hash of its content. Returns the pin that stands for it inside
 * other snapshots. The copy is written before the record that pins it: a crash in between leaves a copy without a pin,
 * never a pin without a copy. Repeatable.
 */
async function pinSnapshot({ snapshots }: Pick<Store, "snapshots">, snapshot: ModelVersionSnapshot): Promise<Pin> {
  const hash = createHash("sha256")
    .update(serialize(canonical(snapshot) as object))
    .digest("hex");
  await storeCopy(snapshots, hash, snapshot);
  return { _id: snapshot._id, key: snapshot.key, hash, taken_at: snapshot.taken_at };
}

/** Stores the copy. A stored one no longer counts as unneeded. */
async function storeCopy(snapshots: Store["snapshots"], hash: string, content: ModelVersionSnapshot): Promise<void> {
  for (;;) {
    try {
      await snapshots.updateOne(
        { _id: hash },
        { $unset: { unneeded_since: "" }, $setOnInsert: { content } },
        { upsert: true },
      );
      return;
    } catch (error) {
      // Another process inserted the same content. The next try finds it.
      if (!isDuplicateKey(error)) throw error;
    }
  }
}
