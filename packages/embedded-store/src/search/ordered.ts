import type { Collection } from "../collections/collection.js";
import type { Matches } from "../query/condition.js";
import { BREATH, type Found, PAUSE, type Paused } from "./paused.js";
import type { Wish } from "./plan.js";
import { compileSortKey, Sorter } from "./sort.js";

export interface Matched extends Found {
  /** The bytes before the cut, if the index's key is too long to be in order. */
  readonly cut: string | undefined;
}

/** Neighbours whose keys were cut alike come in the order of a hash: they are put into the wanted one. */
export function* reordered(matching: Paused<Matched>, { sort }: Wish): Paused<Found> {
  const sortKey = compileSortKey(sort);
  let group: { cut: string; sorter: Sorter<Found> } | undefined;
  for (const match of matching) {
    if (match === PAUSE) {
      yield PAUSE;
      continue;
    }
    if (group && group.cut !== match.cut) {
      const held = { record: match.record, document: match.document.copied() };
      yield* group.sorter.sorted();
      group = undefined;
      if (match.cut === undefined) {
        yield held;
        continue;
      }
      group = { cut: match.cut, sorter: new Sorter() };
      group.sorter.add(sortKey(held.document), held);
      continue;
    }
    if (match.cut === undefined) {
      yield match;
      continue;
    }
    group ??= { cut: match.cut, sorter: new Sorter() };
    group.sorter.add(sortKey(match.document), { record: match.record, document: match.document.copied() });
  }
  if (group) yield* group.sorter.sorted();
}

/** Keeps keys and numbers only, and reads each document again when its turn has come. */
export function* sorted(
  collection: Collection,
  matching: Paused<Found>,
  matches: Matches,
  { sort, limit }: Wish,
): Paused<Found> {
  const sortKey = compileSortKey(sort);
  const sorter = new Sorter<number>(limit);
  for (const match of matching) {
    if (match === PAUSE) yield PAUSE;
    else sorter.add(sortKey(match.document), match.record);
  }
  yield* reread(collection, sorter.sorted(), matches);
}

export function* reread(collection: Collection, records: Iterable<number>, matches: Matches): Paused<Found> {
  let count = 0;
  for (const record of records) {
    const document = collection.document(record);
    // It may have changed or gone since it was put in its place.
    if (document && matches(document)) yield { record, document };
    if (++count % BREATH === 0) yield PAUSE;
  }
}
