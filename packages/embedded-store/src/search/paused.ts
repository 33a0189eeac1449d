import { setImmediate } from "node:timers/promises";
import type { Value } from "../bson/value.js";
import { CommandError } from "../errors/command-error.js";

/** Given between two results: other work may have its turn. */
export const PAUSE = Symbol("pause");
export type Paused<T> = Generator<T | typeof PAUSE, void, undefined>;

/** A search may pause after so many documents or keys. */
export const BREATH = 128;

/** A document where it was found; its bytes are valid until the next read. */
export interface Found {
  readonly record: number;
  readonly document: Value;
}

/** A page read in order, and what may take its place. */
interface Race {
  readonly limit: number;
  /** True if the page has taken long. */
  isLate(): boolean;
  /** True if the other way is short enough to be taken. */
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

/** The time for which one search may keep all others waiting. */
const TURN_MS = 4;

/**
 * Takes results until `take` answers false or none are left, letting other work run at the pauses.
 * @returns true if none are left. @throws CommandError past the deadline, or if the client has left.
 */
export async function drive<T>(
  results: Paused<T>,
  take: (result: T) => boolean,
  deadline?: Deadline,
): Promise<boolean> {
  let began = performance.now();
  for (;;) {
    const step = results.next();
    if (step.done) return true;
    if (step.value !== PAUSE) {
      if (!take(step.value as T)) return false;
      continue;
    }
    if (performance.now() - began < TURN_MS) continue;
    await setImmediate();
    deadline?.check();
    began = performance.now();
  }
}

/** Takes results at one go, as within a write; @returns false if that would take too long. */
export function driveAtOnce<T>(results: Paused<T>, take: (result: T) => boolean, mayTakeLong: boolean): boolean {
  const began = performance.now();
  for (const result of results) {
    if (result !== PAUSE) {
      if (!take(result)) return true;
    } else if (!mayTakeLong && performance.now() - began > TURN_MS) {
      return false;
    }
  }
  return true;
}

/** The end of a search: it may go on as long as its client has given it, and is there to take what it finds. */
export class Deadline {
  constructor(
    private readonly client: Client,
    private readonly endsAt: number,
  ) {}

  /** @throws CommandError if the search has to end. */
  check(): void {
    if (this.client.hasLeft) throw new CommandError("ClientDisconnect", "the client has left");
    if (Date.now() > this.endsAt) throw new CommandError("MaxTimeMSExpired", "operation exceeded time limit");
  }
}

/** A connection as commands see it: what is bound to it ends with it. */
export class Client {
  private readonly bound = new Set<() => void>();
  private isGone = false;

  get hasLeft(): boolean {
    return this.isGone;
  }

  bind(end: () => void): void {
    if (this.isGone) end();
    else this.bound.add(end);
  }

  release(end: () => void): void {
    this.bound.delete(end);
  }

  leave(): void {
    this.isGone = true;
    for (const end of [...this.bound]) end();
    this.bound.clear();
  }
}
