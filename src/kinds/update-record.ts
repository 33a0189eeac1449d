import type { Kind } from "../graph/id.js";
import type { RecordOf } from "../kinds.js";
import { type Change, changeRecord, requireWhole } from "../store/change-record.js";
import { idempotent, type Intent, type WritingApp } from "../store/idempotency.js";
import type { Records } from "../store/store.js";

/**
 * Changes fields of the current record of that name, once per idempotency key. Fields that the change leaves out stay.
 * @throws NOT_FOUND, and the errors of `change`.
 */
export function updateRecord<K extends Kind>(
  { store, work }: WritingApp,
  intent: Intent,
  kind: K,
  names: readonly string[],
  change: () => Change<RecordOf<K>> | Promise<Change<RecordOf<K>>>,
): Promise<RecordOf<K>> {
  const records = store.byKind[kind] as unknown as Records<RecordOf<K>>;
  return idempotent({ store, work }, intent, async () => {
    const current = await requireWhole(records, store.kinds[kind].label, names, ["input", "name"]);
    const changed = await change();
    return changeRecord(records, current, () => changed, intent);
  });
}

/** Changes the details of the current record; null empties them. @throws NOT_FOUND */
export const updateDetails = <K extends "dataset" | "train">(
  app: WritingApp,
  intent: Intent,
  kind: K,
  names: readonly string[],
  details: Record<string, unknown> | null | undefined,
): Promise<RecordOf<K>> =>
  updateRecord(app, intent, kind, names, () =>
    details === undefined ? {} : ({ details: details ?? {} } as Change<RecordOf<K>>),
  );
