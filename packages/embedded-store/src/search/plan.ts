import type { Collection } from "../collections/collection.js";
import type { IndexDefinition } from "../indexes/index-definition.js";
import { type Condition, conjuncts, type TestsByPath, testsByPath } from "../query/condition.js";
import { type Bounds, boundsOf, type Interval, wholeIndex } from "./bounds.js";
import { demandsPresence, isImplied } from "./implied.js";
import type { SortField } from "./sort.js";

/** A way to find the documents of a filter; the filter itself is checked on each of them afterwards. */
export type Plan =
  | { readonly kind: "scan" }
  | {
      readonly kind: "index";
      readonly index: IndexDefinition;
      readonly intervals: readonly Interval[];
      readonly reverse: boolean;
      readonly isSorted: boolean;
      /** True if the intervals hold exactly the documents of the filter. */
      readonly isExact: boolean;
      /** One that is not in order but knows more of the filter: for when the page does not come soon. */
      readonly rival?: IndexPlan;
    }
  | { readonly kind: "union"; readonly branches: readonly Plan[] };

export type IndexPlan = Extract<Plan, { kind: "index" }>;

export interface Wish {
  readonly condition: Condition;
  readonly sort: readonly SortField[];
  readonly limit?: number | undefined;
  /** The only index allowed. */
  readonly hint?: IndexDefinition | "$natural" | undefined;
}

/** Counts the keys of a plan, but no further than asked: the judge between two that could serve. */
type Count = (plan: IndexPlan, atMost: number) => number;

const ENOUGH = 200;

export function planFor(collection: Collection, wish: Wish, count: Count): Plan {
  if (wish.hint === "$natural") return { kind: "scan" };
  const conditions = conjuncts(wish.condition);
  const indexes = wish.hint ? [wish.hint] : collection.indexes.filter(({ isReady }) => isReady);
  const candidates = candidatesOf(indexes, conditions, wish);
  const bounded = candidates.filter(({ bounds }) => bounds);
  if (bounded.length === 0 && !wish.hint) {
    const union = unionOf(collection, conditions, count);
    if (union && wish.sort.length === 0) return union;
    const sorted = candidates.find(({ plan }) => plan.isSorted);
    if (sorted && (wish.limit !== undefined || !union)) return sorted.plan;
    return union ?? { kind: "scan" };
  }
  if (wish.hint && candidates.length === 0)
    return { kind: "index", index: wish.hint, intervals: wholeIndex, reverse: false, isSorted: false, isExact: false };
  const chosen = cheapest(candidates.length === 1 ? candidates : usable(candidates), wish, count);
  const rival = rivalOf(chosen, candidates, wish);
  return rival ? { ...chosen.plan, rival } : chosen.plan;
}

interface Candidate {
  readonly plan: IndexPlan;
  readonly bounds: Bounds | undefined;
}

function candidatesOf(indexes: readonly IndexDefinition[], conditions: readonly Condition[], wish: Wish): Candidate[] {
  const tests = testsByPath(conditions);
  const candidates: Candidate[] = [];
  for (const index of indexes) {
    const candidate = candidateOf(index, conditions, tests, wish);
    if (candidate) candidates.push(candidate);
    if (candidate && isIdeal(candidate, wish)) break;
  }
  return candidates;
}

function candidateOf(
  index: IndexDefinition,
  conditions: readonly Condition[],
  tests: TestsByPath,
  wish: Wish,
): Candidate | undefined {
  const bounds = boundsOf(index, tests);
  const direction = wish.sort.length === 0 ? undefined : sortedBy(index, bounds, wish.sort);
  if (!bounds && direction === undefined && !wish.hint) return undefined;
  const { partial, sparse } = index.options;
  if (partial && !isImplied(partial.condition, conditions)) return undefined;
  if (sparse && !index.paths.some(({ text }) => demandsPresence(text, conditions))) return undefined;
  const isExact = conditions.every((each) => each.kind === "field" && bounds?.covered.has(each.test) === true);
  const plan: IndexPlan = {
    kind: "index",
    index,
    intervals: bounds?.intervals ?? wholeIndex,
    reverse: direction === "backward",
    isSorted: direction !== undefined,
    isExact,
  };
  return { plan, bounds };
}

/** The direction in which the index's order is the wanted one, if any. */
function sortedBy(
  index: IndexDefinition,
  bounds: Bounds | undefined,
  sort: readonly SortField[],
): "forward" | "backward" | undefined {
  let at = 0;
  let direction: "forward" | "backward" | undefined;
  for (const { path, descending } of sort) {
    if (bounds?.fixed.has(path.text)) continue;
    while (at < index.fields.length && index.fields[at]!.path.text !== path.text && isPassable(index, bounds, at))
      at += 1;
    const field = index.fields[at];
    if (field?.path.text !== path.text) return undefined;
    // The order of an array is that of its least element among all, not among those in the bounds.
    if (index.multikey[at] && at < (bounds?.bounded ?? 0)) return undefined;
    const needed = field.descending === descending ? "forward" : "backward";
    if (direction && direction !== needed) return undefined;
    direction = needed;
    at += 1;
  }
  return direction ?? "forward";
}

function isPassable(index: IndexDefinition, bounds: Bounds | undefined, at: number): boolean {
  if (!bounds || at >= bounds.bounded) return false;
  const { text } = index.fields[at]!.path;
  return bounds.fixed.has(text) || (index.multikey[at] === true && hasOnePoint(bounds, at, text));
}

/** A field of arrays is not fixed, since its documents sort by other elements, but its one key orders what follows. */
const hasOnePoint = (bounds: Bounds, at: number, text: string): boolean =>
  at < bounds.bounded && !bounds.scattered.has(text) && !bounds.ranged.has(text);

function usable(candidates: readonly Candidate[]): Candidate[] {
  const bounded = candidates.filter(({ bounds }) => bounds);
  return bounded.length > 0 ? candidates.filter(({ bounds, plan }) => bounds || plan.isSorted) : [...candidates];
}

function cheapest(candidates: readonly Candidate[], wish: Wish, count: Count): Candidate {
  const { sort, limit } = wish;
  const [only, second] = candidates;
  if (!second) return only!;
  const unique = candidates.find(({ plan }) => plan.intervals.every(({ exact }) => exact));
  if (unique && unique.plan.intervals.length === 1) return unique;
  const ideal = candidates.find((each) => isIdeal(each, wish));
  if (ideal) return ideal;
  const judged = candidates.map((candidate) => ({ candidate, cost: costOf(candidate, sort.length > 0, limit, count) }));
  judged.sort((a, b) => a.cost - b.cost || preference(b.candidate) - preference(a.candidate));
  return judged[0]!.candidate;
}

/** True if the plan reads one key for each document that is wanted, in the wanted order: none can read fewer. */
const isIdeal = ({ plan: { index, isExact, isSorted } }: Candidate, { sort }: Wish): boolean =>
  isExact && !index.isMultikey && (isSorted || sort.length === 0);

/** More than these are not worth holding back until a page is full. */
const LARGEST_PAGE = 1024;

/**
 * An index in order serves a page well if what is sought is spread over it, and reads nearly all of it if that
 * stands together at its end: nothing but the reading tells.
 */
function rivalOf({ plan, bounds }: Candidate, candidates: readonly Candidate[], wish: Wish): IndexPlan | undefined {
  if (wish.sort.length === 0 || !plan.isSorted || plan.isExact || !(wish.limit! <= LARGEST_PAGE)) return undefined;
  return candidates
    .filter((each) => !each.plan.isSorted && [...(each.bounds?.tests ?? [])].some((test) => !bounds?.tests.has(test)))
    .sort((a, b) => preference(b) - preference(a))[0]?.plan;
}

function costOf({ plan, bounds }: Candidate, isSortWanted: boolean, limit: number | undefined, count: Count): number {
  const keys = bounds ? count(plan, ENOUGH) : ENOUGH + 1;
  const read = plan.isExact && (plan.isSorted || !isSortWanted) && limit ? Math.min(keys, limit) : keys;
  // Sorting reads everything before it can answer; with many keys the index that sorts itself is the better bet.
  return isSortWanted && !plan.isSorted ? read * 2 : read;
}

/** Among plans that count alike: the one in order, then the one that is bounded by more fields, then the shorter one. */
const preference = ({ plan, bounds }: Candidate): number =>
  (plan.isSorted ? 1000 : 0) + (bounds?.bounded ?? 0) * 10 + (plan.isExact ? 5 : 0) - plan.index.fields.length / 100;

/** An `$or` whose branches are each served by an index. */
function unionOf(collection: Collection, conditions: readonly Condition[], count: Count): Plan | undefined {
  for (const each of conditions) {
    if (each.kind !== "or") continue;
    const rest = conditions.filter((other) => other !== each);
    const branches = each.parts.map((part) =>
      planFor(collection, { condition: { kind: "and", parts: [part, ...rest] }, sort: [] }, count),
    );
    if (branches.every(isBounded)) return { kind: "union", branches };
  }
  return undefined;
}

const isBounded = (plan: Plan): boolean =>
  plan.kind === "index" ? plan.intervals !== wholeIndex : plan.kind === "union";
