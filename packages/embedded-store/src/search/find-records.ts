import type { Collection } from "../collections/collection.js";
import type { Engine, KeyRange } from "../engine/engine.js";
import { inSpace, recordOfDocumentKey, recordOfEntryKey, recordOfValue, wholeSpace } from "../engine/key-space.js";
import { CommandError } from "../errors/command-error.js";
import { type IndexDefinition, isCut, KEPT_BYTES } from "../indexes/index-definition.js";
import { compileCondition, type Matches } from "../query/condition.js";
import { type Matched, reordered, reread, sorted } from "./ordered.js";
import { BREATH, type Found, PAUSE, type Paused, raced } from "./paused.js";
import { type IndexPlan, type Plan, planFor, type Wish } from "./plan.js";

/** The costs of a search, for `explain`. */
export interface Counters {
  keys: number;
  documents: number;
  /** The plan that the results came by in the end, if it is not the one begun with. */
  takenOverBy?: IndexPlan;
}

/** The documents of a wish in its order, by the cheapest plan. */
export function search(
  engine: Engine,
  collection: Collection,
  wish: Wish,
  counters: Counters = { keys: 0, documents: 0 },
) {
  const plan = planFor(collection, plannable(wish), (each, atMost) => countKeys(engine, each, atMost));
  return { plan, results: carryOut(engine, collection, plan, wish, counters), counters };
}

/** Computed values are in no index: all that matches has to be read. */
const plannable = (wish: Wish): Wish =>
  wish.sort.some(({ computed }) => computed) ? { ...wish, sort: [], limit: undefined } : wish;

export const isSortedBy = (plan: Plan, wish: Wish): boolean =>
  wish.sort.length === 0 || (plan.kind === "index" && plan.isSorted);

export function carryOut(
  engine: Engine,
  collection: Collection,
  plan: Plan,
  wish: Wish,
  counters: Counters,
): Paused<Found> {
  const matches = compileCondition(wish.condition);
  const first = plan.kind === "index" && plan.isExact && isSortedBy(plan, wish) ? wish.limit : undefined;
  const matching = matchingDocuments(engine, collection, plan, matches, { counters, first });
  if (!isSortedBy(plan, wish)) return sorted(collection, matching, matches, wish);
  const inOrder = wish.sort.length > 0 ? reordered(matching, wish) : matching;
  const rival = plan.kind === "index" ? plan.rival : undefined;
  if (!rival) return inOrder;
  return raced(inOrder, {
    limit: wish.limit!,
    isLate: () => counters.documents > PATIENCE,
    isSmall: () => hasAtMost(engine, rival, MOST_SORTED),
    reread: (records) => reread(collection, records, matches),
    takeOver() {
      counters.takenOverBy = rival;
      return carryOut(engine, collection, rival, wish, counters);
    },
  });
}

/** The number of documents that an index in order may cost before another is considered. */
const PATIENCE = 1000;
/** Of more keys than these even an unlucky order is the better bet. */
const MOST_SORTED = 20_000;

function* hasAtMost(engine: Engine, plan: IndexPlan, most: number): Generator<typeof PAUSE, boolean, undefined> {
  let count = 0;
  for (const entry of indexRecords(engine, plan, { counters: { keys: 0, documents: 0 } })) {
    if (entry === PAUSE) yield PAUSE;
    else if (++count > most) return false;
  }
  return true;
}

interface Reading {
  readonly counters: Counters;
  /** The number of keys that are enough, if the plan knows it: no more are read at first. */
  readonly first?: number | undefined;
}

function* matchingDocuments(
  engine: Engine,
  collection: Collection,
  plan: Plan,
  matches: Matches,
  reading: Reading,
): Paused<Matched> {
  const { counters } = reading;
  if (plan.kind === "scan") {
    let count = 0;
    for (const { key, value } of engine.entries(wholeSpace(collection.space), false, true)) {
      refuseDropped(collection, plan);
      counters.documents += 1;
      if (matches(value!)) yield { record: recordOfDocumentKey(key), document: value!, cut: undefined };
      if (++count % BREATH === 0) yield PAUSE;
    }
    return;
  }
  for (const entry of recordsOf(engine, plan, reading)) {
    if (entry === PAUSE) {
      yield PAUSE;
      continue;
    }
    refuseDropped(collection, plan);
    const document = collection.document(entry.record);
    counters.documents += 1;
    if (document && matches(document)) yield { record: entry.record, document, cut: entry.cut };
  }
}

/** Between two batches what a search reads from may go. */
function refuseDropped({ isDropped, namespace }: Collection, plan: Plan): void {
  if (isDropped || (plan.kind === "index" && plan.index.isDropped)) {
    throw new CommandError("QueryPlanKilled", `the collection ${namespace} or its index was dropped during the search`);
  }
}

interface Entry {
  readonly record: number;
  readonly cut: string | undefined;
}

/** The documents' numbers, each once. */
function recordsOf(engine: Engine, plan: Exclude<Plan, { kind: "scan" }>, reading: Reading): Paused<Entry> {
  if (plan.kind === "union") return distinct(branchRecords(engine, plan.branches, reading));
  const entries = indexRecords(engine, plan, reading);
  return plan.index.isMultikey ? distinct(entries) : entries;
}

function* distinct(entries: Paused<Entry>): Paused<Entry> {
  const seen = new Set<number>();
  for (const entry of entries) {
    if (entry !== PAUSE) {
      if (seen.has(entry.record)) continue;
      seen.add(entry.record);
    }
    yield entry;
  }
}

function* branchRecords(engine: Engine, branches: readonly Plan[], reading: Reading): Paused<Entry> {
  for (const branch of branches) if (branch.kind !== "scan") yield* recordsOf(engine, branch, reading);
}

function* indexRecords(engine: Engine, plan: IndexPlan, { counters, first }: Reading): Paused<Entry> {
  const { index, intervals, reverse } = plan;
  let count = 0;
  for (const interval of reverse ? [...intervals].reverse() : intervals) {
    if (++count % BREATH === 0) yield PAUSE;
    if (interval.exact) {
      const owner = engine.document(inSpace(index.space, interval.exact));
      counters.keys += 1;
      if (owner) yield { record: recordOfValue(owner), cut: undefined };
      continue;
    }
    for (const chunk of engine.chunks(rangeIn(index, interval), reverse, index.options.unique, first)) {
      for (const { key, value } of chunk) {
        counters.keys += 1;
        yield { record: value ? recordOfValue(value) : recordOfEntryKey(key), cut: cutOf(index, key) };
        if (++count % BREATH === 0) yield PAUSE;
      }
    }
  }
}

const rangeIn = ({ space }: IndexDefinition, { lower, upper }: KeyRange): KeyRange => ({
  lower: inSpace(space, lower),
  upper: inSpace(space, upper),
});

function cutOf(index: IndexDefinition, key: Buffer): string | undefined {
  const length = key.length - (index.options.unique ? 4 : 10);
  return isCut(length) ? key.toString("latin1", 4, 4 + KEPT_BYTES) : undefined;
}

/** Counts the keys that the plan would read, only as far as asked. */
function countKeys(engine: Engine, { index, intervals }: IndexPlan, atMost: number): number {
  let count = 0;
  for (const interval of intervals) {
    if (interval.exact) count += 1;
    else for (const _ of engine.entries(rangeIn(index, interval), false, false)) if (++count > atMost) break;
    if (count > atMost) break;
  }
  return count;
}

/** Counts without reading a document, if the plan alone decides. */
export function countExactly(engine: Engine, plan: Plan): number | undefined {
  if (plan.kind !== "index" || !plan.isExact || plan.index.isMultikey) return undefined;
  return plan.intervals.reduce((sum, interval) => {
    if (interval.exact) return sum + (engine.document(inSpace(plan.index.space, interval.exact)) ? 1 : 0);
    return sum + engine.count(rangeIn(plan.index, interval));
  }, 0);
}

export const countAll = (engine: Engine, { space }: Collection): number => engine.count(wholeSpace(space));
