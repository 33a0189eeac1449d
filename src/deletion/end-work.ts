import type { App } from "../app.js";
import { changeRecord } from "../store/change-record.js";
import type { Intent } from "../store/intent.js";
import type { Doomed } from "./doomed.js";

/** Wishes the end of the work of all that goes; the reconciler brings it about. Repeatable. */
export async function endWork({ store, work }: App, doomed: readonly Doomed[], intent: Intent): Promise<void> {
  const own = { ...intent, idempotencyKey: null };
  await Promise.all(
    doomed.map(async ({ kind, record }) => {
      if (kind === "build") await changeRecord(store.builds, record._id, () => ({ cancel: true }), own);
      else if (kind === "train") await changeRecord(store.trainings, record._id, () => ({ cancel: true }), own);
      else if (kind === "depl")
        await changeRecord(store.deployments, record._id, () => ({ replicas: 0, deleting: true }), own);
      else return;
      await work.relay(record._id);
    }),
  );
}
