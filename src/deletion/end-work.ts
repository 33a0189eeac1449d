import type { App } from "../app.js";
import { DomainError } from "../errors.js";
import type { AnyRecord } from "../graph/stored-record.js";
import { changeRecord } from "../store/change-record.js";
import type { Intent } from "../store/intent.js";
import type { Doomed } from "./doomed.js";

/** Wishes the end of the work of all that goes; the reconciler brings it about. Repeatable: what was asked is not asked again. */
export async function endWork(app: App, doomed: readonly Doomed[], intent: Intent): Promise<void> {
  const own = { ...intent, idempotencyKey: null };
  await Promise.all(
    doomed.map(async (each) => {
      try {
        if (await isAsked(app, each, own)) await app.work.relay(each.record._id);
      } catch (error) {
        // Gone meanwhile, by another process that carries the same deletion on.
        if (!(error instanceof DomainError && error.code === "NOT_FOUND")) throw error;
      }
    }),
  );
}

/** Asks the work of one record to end. Gives whether there is any that was not asked before. */
async function isAsked({ store }: App, { kind, record }: Doomed, intent: Intent): Promise<boolean> {
  const { _id, cancel, deleting, replicas } = record as AnyRecord & { cancel?: boolean; replicas?: number };
  const isOver = kind === "depl" ? deleting && replicas === 0 : cancel === true;
  if (isOver) return false;
  if (kind === "build") await changeRecord(store.builds, _id, () => ({ cancel: true }), intent);
  else if (kind === "train") await changeRecord(store.trainings, _id, () => ({ cancel: true }), intent);
  else if (kind === "depl") await changeRecord(store.deployments, _id, () => ({ replicas: 0, deleting: true }), intent);
  else return false;
  return true;
}
