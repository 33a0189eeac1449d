import { setTimeout as pause } from "node:timers/promises";
import { DomainError } from "../errors.js";
import type { AnyRecord } from "../graph/stored-record.js";
import { isDuplicateKey } from "./store-errors.js";

/** Another process may write the same record, and then comes first so often at most. */
const MAX_TRIES = 40;
const PAUSE_MS = 5;
/** Bounds the size of one write. */
const MAX_TOGETHER = 50;

/** A change of a record that waits for its turn. */
export interface QueuedChange<T> {
  /** The record, if the caller has just read it. */
  readonly seen: T | null;
  /** Reads the record; null if it is gone. */
  read(): Promise<T | null>;
  /** Returns the record after the change, or the same one if nothing is to be written. @throws the refusal */
  apply(current: T): T;
}

interface Member<T> extends QueuedChange<T> {
  resolve(record: T): void;
  reject(error: unknown): void;
}

/** The record after one change of several, or the change's refusal. */
type Outcome<T> = { readonly record: T; readonly isWritten: boolean } | { readonly error: unknown };

/**
 * The changes of one record by this process, in the order in which they came. They do not collide: those that come
 * while a write is under way are applied one after the other and share the next one. Each write is a compare-and-set on
 * the version, since another process may come first.
 */
export class RecordQueue<T extends AnyRecord> {
  private readonly waiting: Member<T>[] = [];
  private isRunning = false;

  /**
   * @param write replaces the record by a later one. False if the stored version is not that of `before`.
   * @param onEmpty called if no change is left.
   */
  constructor(
    private readonly write: (before: T, after: T) => Promise<boolean>,
    private readonly onEmpty: () => void,
  ) {}

  /** Returns the record after the change. @throws NOT_FOUND, CONFLICT, and the errors of the change and the write */
  add(change: QueuedChange<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ ...change, apply: (current) => change.apply(current), resolve, reject });
      if (!this.isRunning) void this.run();
    });
  }

  private async run(): Promise<void> {
    this.isRunning = true;
    let last: T | null = null;
    while (this.waiting.length > 0) last = await this.carryOut(this.waiting.splice(0, MAX_TOGETHER), last);
    this.isRunning = false;
    this.onEmpty();
  }

  /** @param last the record as the write before left it. @returns the same of this write, null if it is not known */
  private async carryOut(members: Member<T>[], last: T | null): Promise<T | null> {
    let known = newestOf([last, ...members.map(({ seen }) => seen)]);
    // What a single caller has read itself is as fresh as if it were read now.
    let isFresh = members.length === 1 && known !== null && known === members[0]!.seen;
    for (let collisions = 0; collisions < MAX_TRIES;) {
      if (!known) {
        known = await readBy(members);
        isFresh = true;
      }
      if (members.length === 0) return null;
      if (!known) return refuseAll(members, gone());
      const { after, outcomes } = applyAll(members, known);
      const isChecked = outcomes.every((each) => "record" in each && each.isWritten);
      // Nothing checks a refusal, or a change without effect: they need the record as it is.
      if (!isChecked && !isFresh) {
        known = null;
        continue;
      }
      try {
        if (after === known || (await this.write(known, after))) return settleAll(members, outcomes, after);
      } catch (error) {
        if (members.length === 1 || !isDuplicateKey(error)) return refuseAll(members, error);
        return this.carryOutEach(members);
      }
      known = null;
      collisions += 1;
      // A random pause: processes that collided once should not collide again.
      await pause(Math.random() * PAUSE_MS * collisions);
    }
    return refuseAll(members, new DomainError("CONFLICT", "The record changes too quickly; try again."));
  }

  /** A unique index refuses one of them. */
  private async carryOutEach(members: readonly Member<T>[]): Promise<T | null> {
    let last: T | null = null;
    for (const each of members) last = await this.carryOut([each], last);
    return last;
  }
}

const gone = (): DomainError =>
  new DomainError("NOT_FOUND", "The record was deleted while this was under way.", ["input"]);

const newestOf = <T extends AnyRecord>(records: readonly (T | null)[]): T | null =>
  records.reduce((newest, each) => ((each?.version ?? 0) >= (newest?.version ?? 0) ? each : newest), null);

/** Reads for all by the first. If its time is over, it leaves the queue, and the next one reads. */
async function readBy<T>(members: Member<T>[]): Promise<T | null> {
  for (let reader = members[0]; reader; reader = members[0]) {
    try {
      return await reader.read();
    } catch (error) {
      reader.reject(error);
      members.shift();
    }
  }
  return null;
}

function applyAll<T>(members: readonly Member<T>[], before: T): { readonly after: T; readonly outcomes: Outcome<T>[] } {
  let after = before;
  const outcomes = members.map(({ apply }): Outcome<T> => {
    try {
      const record = apply(after);
      const isWritten = record !== after;
      after = record;
      return { record, isWritten };
    } catch (error) {
      return { error };
    }
  });
  return { after, outcomes };
}

function settleAll<T>(members: readonly Member<T>[], outcomes: readonly Outcome<T>[], after: T): T {
  for (const [at, { resolve, reject }] of members.entries()) {
    const outcome = outcomes[at]!;
    if ("record" in outcome) resolve(outcome.record);
    else reject(outcome.error);
  }
  return after;
}

function refuseAll<T>(members: readonly Member<T>[], error: unknown): null {
  for (const { reject } of members) reject(error);
  return null;
}
