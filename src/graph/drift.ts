import diff from "microdiff";
import type { AnyRecord } from "./stored-record.js";
import { shownName, shownValue } from "./shown-name.js";
import { type AnySnapshot, type Drift, SnapshotStatus } from "./snapshot.js";

/** Which stored fields define a record of a type. What was only observed on it (a task, a digest) is in neither list. */
export interface Definition {
  readonly fields: readonly string[];
  /** Links: they count by id alone; what changed within the record they lead to, its own snapshot says. */
  readonly links: readonly string[];
  /** Enums of which the store has other values than the graph. */
  readonly choices?: Readonly<Record<string, Choices>>;
}

type Choices = Readonly<Record<string, string>>;

const choiceOf = (choices: Choices, stored: unknown): unknown =>
  Object.keys(choices).find((each) => choices[each] === stored) ?? stored;

type Stored = Readonly<Record<string, unknown>>;

const idOf = (link: unknown): unknown =>
  Array.isArray(link) ? link.map(idOf) : link !== null && typeof link === "object" ? (link as AnySnapshot)._id : link;

function definingPart(stored: Stored, { fields, links }: Definition): Record<string, unknown> {
  const part: Record<string, unknown> = {};
  for (const field of fields) part[field] = stored[field] ?? null;
  for (const link of links) part[link] = idOf(stored[link]) ?? null;
  return part;
}

/** Fields whose content is the user's own. */
const FREE: readonly string[] = ["details", "params"];

/** Field by field, in the graph's own names, what the snapshot froze and what is current; `details` keep their keys as they are. */
export function driftOf(snapshot: object, live: object, definition: Definition): Drift[] {
  const then = definingPart(snapshot as Stored, definition);
  const now = definingPart(live as Stored, definition);
  return diff(then, now).flatMap((change) => {
    const names = change.path.map(String);
    const isFree = FREE.includes(names[0] ?? "");
    const frozen = change.type === "CREATE" ? null : change.oldValue;
    const current = change.type === "REMOVE" ? null : change.value;
    // In a field of ours nothing and null are the same; in free JSON a key that is missing is a difference.
    if (!isFree && frozen == null && current == null) return [];
    if (isFree) return { path: names, frozen, now: current };
    const choices = definition.choices?.[names[0] ?? ""];
    const shown = (value: unknown) => (choices ? choiceOf(choices, value) : shownValue(value));
    return { path: names.map(shownName), frozen: shown(frozen), now: shown(current) };
  });
}

/** @param live the record that is current under the snapshot's key, or null. */
export function statusOf(snapshot: AnySnapshot, live: AnyRecord | null, definition: Definition): SnapshotStatus {
  if (!live) return SnapshotStatus.DELETED;
  if (live._id !== snapshot._id) return SnapshotStatus.REPLACED;
  return driftOf(snapshot, live, definition).length > 0 ? SnapshotStatus.CHANGED : SnapshotStatus.IDENTICAL;
}
