import { trusted } from "mongoose";
import { Field, ID, Int, ObjectType } from "type-graphql";
import { kindOfRecord } from "../graph/id.js";
import type { AnyRecord } from "../graph/stored-record.js";
import { generationsOf } from "../store/generations.js";
import type { Store } from "../store/store.js";

@ObjectType({ description: "The result of a deletion." })
export class Deletion {
  @Field(() => ID, { description: "The id of the record." })
  readonly id!: string;

  @Field(() => Boolean, {
    description:
      "True if the record is gone. False while something of it still runs: it goes by itself once that is confirmed to have ended.",
  })
  readonly done!: boolean;

  @Field(() => Int, {
    description:
      "The number of other records of the name that are left: superseded ones, which stay reachable by id and keep their files. 0 for types whose records do not supersede each other.",
  })
  readonly remaining!: number;

  @Field(() => [ID], { description: "The ids of what is left of the name, the newest first, 100 at most." })
  readonly remainingIds!: readonly string[];
}

const MAX_REMAINING_IDS = 100;

/** Returns the records of the name that a deletion leaves. */
export async function remainingOf(
  { byKind, kinds }: Pick<Store, "byKind" | "kinds">,
  target: AnyRecord,
): Promise<Pick<Deletion, "remaining" | "remainingIds">> {
  const kind = kindOfRecord(target);
  if (!kinds[kind].supersedes) return { remaining: 0, remainingIds: [] };
  const { _id, key, seq, with_earlier } = target;
  const where = {
    ...generationsOf([key]),
    _id: trusted({ $ne: _id }),
    // Earlier records stay in the store until the deletion is done.
    ...(with_earlier && seq !== undefined && { seq: trusted({ $gt: seq }) }),
  };
  const [remaining, newest] = await Promise.all([
    byKind[kind].countDocuments(where),
    byKind[kind]
      .find(where, { _id: 1 })
      .sort({ key: -1, seq: -1 })
      .limit(MAX_REMAINING_IDS)
      .lean<Pick<AnyRecord, "_id">[]>(),
  ]);
  return { remaining, remainingIds: newest.map((each) => each._id) };
}
