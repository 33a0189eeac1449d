import { PAUSE, type Found, type Paused } from "./paused.js";

/** A page read in order, and what may take its place. */
export interface Race {
  readonly limit: number;
  /** Whether the page has taken long. */
  isLate(): boolean;
  /** Whether the other way is short enough to be taken. */
  isSmall(): Generator<typeof PAUSE, boolean, undefined>;
  reread(records: readonly number[]): Paused<Found>;
  /** The whole page by the other way. */
  takeOver(): Paused<Found>;
}

/** Holds what is found back until the page is full, or until it is decided which of the two ways leads to it. */
export function* raced(inOrder: Paused<Found>, race: Race): Paused<Found> {
  const held: number[] = [];
  let isDecided = false;
  for (const found of inOrder) {
    if (found === PAUSE) yield PAUSE;
    else if (isDecided) yield found;
    else held.push(found.record);
    if (isDecided || (held.length < race.limit && !race.isLate())) continue;
    if (held.length < race.limit && (yield* race.isSmall())) return yield* race.takeOver();
    isDecided = true;
    yield* race.reread(held);
  }
  if (!isDecided) yield* race.reread(held);
}
