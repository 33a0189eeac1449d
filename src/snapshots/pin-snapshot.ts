import { createHash } from "node:crypto";
import { serialize } from "bson";
import type { Pin } from "../graph/snapshot.js";
import { isDuplicateKey } from "../store/duplicate-key.js";
import type { Store } from "../store/store.js";
import type { ModelVersionSnapshot } from "../model-version/model-version.js";

/** Keys sorted, at every level, without the moments at which snapshots were taken: they never count. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (value === null || typeof value !== "object" || Object.getPrototypeOf(value) !== Object.prototype) return value;
  const fields = Object.entries(value).filter(([name]) => name !== "taken_at");
  fields.sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(fields.map(([name, each]) => [name, canonical(each)]));
}

/**
 * Keeps the snapshot as an immutable copy under the hash of its content, and gives the pin that stands for it inside
 * another snapshot. Written before the record that pins it: a crash between leaves a copy that nobody needs, never a
 * pin of nothing. Repeatable.
 */
export async function pinSnapshot(
  { snapshots }: Pick<Store, "snapshots">,
  snapshot: ModelVersionSnapshot,
): Promise<Pin> {
  const hash = createHash("sha256")
    .update(serialize(canonical(snapshot) as object))
    .digest("hex");
  await keep(snapshots, hash, snapshot);
  return { _id: snapshot._id, key: snapshot.key, hash, taken_at: snapshot.taken_at };
}

/** One that is there is taken off the list of those that nothing needs. */
async function keep(snapshots: Store["snapshots"], hash: string, content: ModelVersionSnapshot): Promise<void> {
  for (;;) {
    try {
      await snapshots.updateOne(
        { _id: hash },
        { $unset: { unneeded_since: "" }, $setOnInsert: { content } },
        { upsert: true },
      );
      return;
    } catch (error) {
      // Two of one content at the same time: the other has inserted, and this one finds it.
      if (!isDuplicateKey(error)) throw error;
    }
  }
}
