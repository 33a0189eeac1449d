import type { Store } from "../store/store.js";

const BATCH = 1_000;
/** Of one sweep; the next one goes on. */
const MOST_BATCHES = 20;

/** Removes the events of changes that were made before then. */
export async function sweepEvents({ events }: Pick<Store, "events">, before: Date): Promise<void> {
  for (let batches = 0; batches < MOST_BATCHES; batches += 1) {
    const old = await events
      .find({ at: { $lt: before } }, { projection: { _id: 1 } })
      .sort({ at: 1 })
      .limit(BATCH)
      .toArray();
    if (old.length > 0) await events.deleteMany({ _id: { $in: old.map(({ _id }) => _id) } });
    if (old.length < BATCH) return;
  }
}
