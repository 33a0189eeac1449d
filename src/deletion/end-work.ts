import type { App } from "../app.js";
import { DomainError } from "../errors.js";
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

/** Asks the work of one record to end. Returns true if it was not asked before. */
async function isAsked({ store }: App, { kind, record }: Doomed, intent: Intent): Promise<boolean> {
  const { end } = store.kinds[kind];
  const stored = record as unknown as Readonly<Record<string, unknown>>;
  if (!end || Object.entries(end).every(([field, value]) => stored[field] === value)) return false;
  await changeRecord(store.byKind[kind], record._id, () => end, intent);
  return true;
}
