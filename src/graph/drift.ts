import diff from "microdiff";
import { type AnyDefinition, type Choices, isCompared } from "./definition.js";
import { type AnySnapshot, type Drift, FREE_FIELDS, SnapshotStatus } from "./snapshot.js";
import type { AnyRecord } from "./stored-record.js";

/** Returns the graph's name of a stored field: `max_mb` becomes `maxMb`. */
export const graphName = (stored: string): string =>
  stored.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** Returns a stored value under the graph's names, at every level. Not for content of the user's own. */
function graphValue(stored: unknown): unknown {
  if (Array.isArray(stored)) return stored.map(graphValue);
  if (stored === null || typeof stored !== "object" || Object.getPrototypeOf(stored) !== Object.prototype)
    return stored;
  return Object.fromEntries(Object.entries(stored).map(([name, value]) => [graphName(name), graphValue(value)]));
}

const graphChoice = (choices: Choices, stored: unknown): unknown =>
  Object.keys(choices).find((each) => choices[each] === stored) ?? stored;

type Stored = Readonly<Record<string, unknown>>;

const idOf = (link: unknown): unknown =>
  Array.isArray(link) ? link.map(idOf) : link !== null && typeof link === "object" ? (link as AnySnapshot)._id : link;

/** Returns the stored fields that the comparison of a snapshot with the current record reads of each. */
export function comparedFields({ parts }: AnyDefinition): {
  readonly comparedInSnapshot: readonly string[];
  readonly comparedInRecord: readonly string[];
} {
  const compared = Object.entries(parts).filter(([, part]) => isCompared(part));
  const fieldsOf = (isRecord: boolean) =>
    compared.map(([field, { as }]) => (as === "VALUE" || (isRecord && as === "PARENT") ? field : `${field}._id`));
  return {
    comparedInSnapshot: ["_id", "key", ...fieldsOf(false)],
    comparedInRecord: ["_id", ...fieldsOf(true)],
  };
}

/** Returns the compared parts: values, and the ids of references. */
function definingPart(stored: Stored, { parts }: AnyDefinition): Record<string, unknown> {
  const part: Record<string, unknown> = {};
  for (const [field, compared] of Object.entries(parts)) {
    if (!isCompared(compared)) continue;
    part[field] = (compared.as === "VALUE" ? stored[field] : idOf(stored[field])) ?? null;
  }
  return part;
}

/** Returns the differences by field, under the graph's names. `details` keep their keys. */
export function driftOf(snapshot: object, live: object, definition: AnyDefinition): Drift[] {
  const then = definingPart(snapshot as Stored, definition);
  const now = definingPart(live as Stored, definition);
  return diff(then, now).flatMap((change) => {
    const names = change.path.map(String);
    const isFree = FREE_FIELDS.has(names[0] ?? "");
    const frozen = change.type === "CREATE" ? null : change.oldValue;
    const current = change.type === "REMOVE" ? null : change.value;
    // Missing and null are the same, except in free JSON.
    if (!isFree && frozen == null && current == null) return [];
    if (isFree) return { path: names, frozen, now: current };
    const part = definition.parts[names[0] ?? ""];
    const choices = part?.as === "VALUE" ? part.choices : undefined;
    const graphForm = (value: unknown) => (choices ? graphChoice(choices, value) : graphValue(value));
    return { path: names.map(graphName), frozen: graphForm(frozen), now: graphForm(current) };
  });
}

/** Returns the state of a record, compared with its snapshot. @param live the current record of the key, or null. */
export function statusOf(snapshot: AnySnapshot, live: AnyRecord | null, definition: AnyDefinition): SnapshotStatus {
  if (!live) return SnapshotStatus.DELETED;
  if (live._id !== snapshot._id) return SnapshotStatus.REPLACED;
  return driftOf(snapshot, live, definition).length > 0 ? SnapshotStatus.CHANGED : SnapshotStatus.IDENTICAL;
}
