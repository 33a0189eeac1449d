import type { mongo } from "mongoose";

/** Of one sweep; the next one goes on. */
const MOST_BATCHES = 20;

/**
 * Removes what meets the condition, in the order of an index and in batches, so that no command takes long. Repeatable,
 * by any number of processes: the condition is judged again with each removal.
 */
export async function removeInBatches<T extends { _id: string }>(
  records: mongo.Collection<T>,
  old: mongo.Filter<T>,
  order: mongo.Sort,
  batch: number,
): Promise<void> {
  for (let batches = 0; batches < MOST_BATCHES; batches += 1) {
    const found = await records
      .find(old, { projection: { _id: 1 } })
      .sort(order)
      .limit(batch)
      .toArray();
    if (found.length > 0)
      await records.deleteMany({ ...old, _id: { $in: found.map(({ _id }) => _id) } } as mongo.Filter<T>);
    if (found.length < batch) return;
  }
}
