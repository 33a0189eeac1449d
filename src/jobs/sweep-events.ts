import type { Store } from "../store/store.js";
import { removeInBatches } from "./remove-in-batches.js";

const BATCH = 1_000;

/** Removes the events of changes that were made before then. */
export const sweepEvents = ({ events }: Pick<Store, "events">, before: Date): Promise<void> =>
  removeInBatches(events, { at: { $lt: before } }, { at: 1 }, BATCH);
