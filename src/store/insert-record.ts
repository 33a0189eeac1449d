import { trusted } from "mongoose";
import { DomainError } from "../errors.js";
import type { AnyRecord } from "../graph/stored-record.js";
import { type Intent, usedKeyOf } from "./idempotency.js";
import { isDuplicateKey } from "./store-errors.js";
import type { Records } from "./store.js";

/** The fields that a use-case sets. `insertRecord` adds the others. */
export type NewRecord<T extends AnyRecord> = Omit<T, Exclude<keyof AnyRecord, "_id" | "key">>;

/** A `pending` record gets its `seq` once all its files are there. */
type Placement = "only" | "next" | "pending";

/**
 * Inserts a record: fields, bookkeeping, outbox entry and idempotency key in one write.
 * @param placement `only`: the key must be free. `next`: the record supersedes the current one. The insert alone is the
 *   commit; `supersedeEarlier` marks the other one afterwards.
 * @throws ALREADY_EXISTS if the key is taken.
 */
export async function insertRecord<T extends AnyRecord>(
  records: Records<T>,
  fields: NewRecord<T>,
  intent: Intent,
  placement: Placement = "only",
): Promise<T> {
  const at = new Date();
  const used = usedKeyOf(intent, at);
  const entry = {
    version: 1,
    at,
    caller: intent.caller.name,
    action: "INSERT",
    before: {},
    after: definingFields(fields),
  };
  const document = {
    ...fields,
    version: 1,
    deleting: false,
    created_at: at,
    created_by: intent.caller.name,
    modified_at: at,
    outbox: [entry],
    ...(used ? { used_keys: [used] } : {}),
  };
  for (;;) {
    const ordering =
      placement === "pending" ? {} : { seq: await findFreeSeq(records, fields.key, placement), superseded: false };
    try {
      const inserted = new records({ ...document, ...ordering } as never);
      await inserted.save();
      return inserted.toObject() as unknown as T;
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      // Another successor came first: try the next `seq`.
      if (placement === "next" && isDuplicateKey(error, "seq")) continue;
      throw new DomainError("ALREADY_EXISTS", "The name is taken.", ["input", "name"], { cause: error });
    }
  }
}

const definingFields = <T extends AnyRecord>({ _id, key: _key, ...rest }: NewRecord<T>): Record<string, unknown> =>
  rest as Record<string, unknown>;

/**
 * Returns the `seq` after the last one of the key, tombstones included.
 * @throws ALREADY_EXISTS if the key must be free and is not.
 */
async function findFreeSeq<T extends AnyRecord>(
  records: Records<T>,
  key: string,
  placement: Placement,
): Promise<number> {
  const last = await records
    .findOne({ key: trusted({ $eq: key }), seq: trusted({ $gt: 0 }) }, { seq: 1, deleted: 1 })
    .sort({ key: -1, seq: -1 })
    .lean<AnyRecord>();
  if (placement === "only" && last && !last.deleted)
    throw new DomainError("ALREADY_EXISTS", "The name is taken.", ["input", "name"]);
  return (last?.seq ?? 0) + 1;
}

/** Returns the `seq` for a pending record that is about to be committed. */
export async function nextSeq<T extends AnyRecord>(records: Records<T>, key: string): Promise<number> {
  return findFreeSeq(records, key, "next");
}

/** Marks the earlier records as superseded. Repeatable. Readers take the higher `seq` until then. */
export async function supersedeEarlier<T extends AnyRecord>(
  records: Records<T>,
  key: string,
  seq: number,
): Promise<void> {
  await records.updateMany(
    { key: trusted({ $eq: key }), superseded: false, seq: trusted({ $lt: seq }) },
    { $set: { superseded: true } },
  );
}
