import { KeyBytes } from "../bson/encode-key.js";
import { elementsOf, ElementType, NULL_VALUE, rankOf, UNDEFINED_VALUE, type Value } from "../bson/value.js";
import { boundedKey, type IndexDefinition, KEPT_BYTES } from "../indexes/index-definition.js";
import type { RangeTest, Test, TestsByPath } from "../query/condition.js";

/** More keys than these are read as one range instead of one by one. */
const MOST_POINTS = 20_000;

/** The demand of a filter on one field of an index: some values, or a range. */
interface Demand {
  readonly points?: readonly Value[];
  readonly range?: { readonly lower?: Bound; readonly upper?: Bound; readonly rank: number };
  /** True if the demand says no less than the tests it comes from. */
  readonly isExact: boolean;
  readonly tests: readonly Test[];
}

interface Bound {
  readonly value: Value;
  readonly inclusive: boolean;
}

export interface Interval {
  readonly lower: Buffer;
  /** Excluded. */
  readonly upper: Buffer;
  /** The one key of a unique index that is meant, whatever the bounds are. */
  readonly exact?: Buffer;
}

export interface Bounds {
  readonly intervals: readonly Interval[];
  /** The number of leading fields that the intervals are about. */
  readonly bounded: number;
  /** The leading fields that have one single value throughout. */
  readonly fixed: ReadonlySet<string>;
  /** Leading fields with several values: behind them the index's order holds no longer. */
  readonly scattered: ReadonlySet<string>;
  /** The field with a range, if there is one. */
  readonly ranged: ReadonlySet<string>;
  /** The tests that the intervals come from. */
  readonly tests: ReadonlySet<Test>;
  /** The tests that every document in the intervals passes, if the index knows it. */
  readonly covered: ReadonlySet<Test>;
}

/** Returns undefined if the filter says nothing about the first field. */
export function boundsOf(index: IndexDefinition, tests: TestsByPath): Bounds | undefined {
  if (!tests.has(index.fields[0]!.path.text)) return undefined;
  const demands: Demand[] = [];
  let points = 1;
  for (const [at, { path }] of index.fields.entries()) {
    if (sharesArray(index, at)) break;
    const demand = demandOn(tests.get(path.text) ?? [], index.multikey[at]!);
    if (!demand) break;
    points *= demand.points?.length ?? 1;
    if (points > MOST_POINTS) break;
    demands.push(demand);
    if (demand.range) break;
  }
  if (demands.length === 0) return undefined;
  const intervals = intervalsOf(index, demands);
  const isWidened = intervals.some(({ lower, upper }) => lower.length >= KEPT_BYTES || upper.length >= KEPT_BYTES);
  return {
    intervals,
    bounded: demands.length,
    fixed: namesOf(index, demands, ({ points }, at) => points?.length === 1 && !index.multikey[at]),
    scattered: namesOf(index, demands, ({ points }) => points !== undefined && points.length > 1),
    ranged: namesOf(index, demands, ({ range }) => range !== undefined),
    tests: new Set(demands.flatMap(({ tests }) => tests)),
    covered: new Set(isWidened ? [] : demands.flatMap(({ isExact, tests }) => (isExact ? tests : []))),
  };
}

function namesOf(
  { fields }: IndexDefinition,
  demands: readonly Demand[],
  isMeant: (demand: Demand, at: number) => boolean,
): ReadonlySet<string> {
  const names = new Set<string>();
  for (let at = 0; at < demands.length; at += 1) if (isMeant(demands[at]!, at)) names.add(fields[at]!.path.text);
  return names;
}

/** Values of one array's elements may meet two demands in different elements, which one key never does. */
function sharesArray(index: IndexDefinition, at: number): boolean {
  const root = index.fields[at]!.path.segments[0]!.text;
  return index.fields
    .slice(0, at)
    .some(({ path }, before) => index.multikey[before] && path.segments[0]!.text === root);
}

function demandOn(tests: readonly Test[], isMultikey: boolean): Demand | undefined {
  const eq = tests.find((test) => test.op === "eq");
  if (eq?.op === "eq") return pointDemand([eq.value], eq, isMultikey);
  const membership = tests.find((test) => test.op === "in");
  if (membership?.op === "in") return pointDemand(membership.values, membership, isMultikey);
  return rangeDemand(tests, isMultikey) ?? missingDemand(tests);
}

/** A field that must not exist stands as null. */
function missingDemand(tests: readonly Test[]): Demand | undefined {
  const isMissing = tests.some((test) => test.op === "not" && test.test.op === "exists");
  return isMissing ? { points: [NULL_VALUE], isExact: false, tests } : undefined;
}

function pointDemand(values: readonly Value[], test: Test, isMultikey: boolean): Demand {
  // An array is wanted as a whole, or as an element; an index knows it by its elements.
  const points = values.some(({ isArray }) => isArray)
    ? values.flatMap((value) => (value.isArray ? [elementsOf(value)[0] ?? UNDEFINED_VALUE, value] : [value]))
    : values;
  const isExact = values.every(
    ({ isArray, type }) => !isArray && type !== ElementType.NULL && type !== ElementType.REGEX,
  );
  return { points, isExact: isExact && !(isMultikey && values.length > 1), tests: [test] };
}

const RANGED = new Set<number>([
  ElementType.STRING,
  ElementType.DOUBLE,
  ElementType.INT32,
  ElementType.INT64,
  ElementType.DECIMAL128,
  ElementType.OBJECT_ID,
  ElementType.BOOL,
  ElementType.DATE,
  ElementType.TIMESTAMP,
]);

const isRange = (test: Test): test is RangeTest =>
  (test.op === "gt" || test.op === "gte" || test.op === "lt" || test.op === "lte") && RANGED.has(test.value.type);

function rangeDemand(tests: readonly Test[], isMultikey: boolean): Demand | undefined {
  const ranges = tests.filter(isRange);
  const first = ranges[0];
  if (!first) return undefined;
  const rank = rankOf(first.value.type);
  // Two elements of an array may meet two ranges, so only one of them bounds the scan.
  const used = isMultikey ? [first] : ranges.filter(({ value }) => rankOf(value.type) === rank);
  const lower = tightest(
    used.filter(({ op }) => op.startsWith("g")),
    1,
  );
  const upper = tightest(
    used.filter(({ op }) => op.startsWith("l")),
    -1,
  );
  // NaN stands among the numbers but passes no range that has another bound.
  const isExact = rank !== rankOf(ElementType.DOUBLE) || lower !== undefined;
  return { range: { rank, ...(lower && { lower }), ...(upper && { upper }) }, isExact, tests: used };
}

function tightest(tests: readonly RangeTest[], direction: 1 | -1): Bound | undefined {
  let found: Bound | undefined;
  let foundKey: Buffer | undefined;
  for (const { op, value } of tests) {
    const inclusive = op.endsWith("e");
    const key = boundBytes(value, false);
    const order = foundKey ? key.compare(foundKey) * direction : 1;
    if (order > 0 || (order === 0 && !inclusive)) [found, foundKey] = [{ value, inclusive }, key];
  }
  return found;
}

const encoder = new KeyBytes();

function boundBytes(value: Value, descending: boolean): Buffer {
  encoder.reset().value(value, descending);
  return encoder.taken();
}

const AFTER = Buffer.from([0xff]);

/** Greater than every key that goes on from these bytes: what follows them is a rank or a document's number, never 0xff. */
const after = (bytes: Buffer): Buffer => joined(bytes, AFTER);

/** As `Buffer.concat` does, which takes longer. */
function joined(one: Buffer, other: Buffer): Buffer {
  const both = Buffer.allocUnsafe(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}

function intervalsOf(index: IndexDefinition, demands: readonly Demand[]): Interval[] {
  let prefixes: Buffer[] = [Buffer.alloc(0)];
  for (const [at, { points, range }] of demands.entries()) {
    const descending = index.descending[at]!;
    if (range) return prefixes.map((prefix) => bounded(rangeInterval(prefix, range, descending)));
    const parts = distinct(points!.map((value) => boundBytes(value, descending)));
    prefixes = at === 0 ? parts : prefixes.flatMap((prefix) => parts.map((part) => joined(prefix, part)));
  }
  const isWhole = index.options.unique && demands.length === index.fields.length;
  if (isWhole) return prefixes.map((prefix) => ({ lower: prefix, upper: prefix, exact: boundedKey(prefix) }));
  return prefixes.map((prefix) => bounded({ lower: prefix, upper: after(prefix) }));
}

function distinct(keys: readonly Buffer[]): Buffer[] {
  if (keys.length === 1) return [...keys];
  const sorted = [...keys].sort((a, b) => a.compare(b));
  return sorted.filter((key, at) => at === 0 || !key.equals(sorted[at - 1]!));
}

function rangeInterval(
  prefix: Buffer,
  { lower, upper, rank }: NonNullable<Demand["range"]>,
  descending: boolean,
): Interval {
  const type = Buffer.from([descending ? ~rank & 0xff : rank]);
  const nextType = Buffer.from([type[0]! + 1]);
  const edge = ({ value, inclusive }: Bound, isStart: boolean): Buffer => {
    const bytes = boundBytes(value, descending);
    return isStart === inclusive ? bytes : after(bytes);
  };
  const [first, last] = descending ? [upper, lower] : [lower, upper];
  return {
    lower: joined(prefix, first ? edge(first, true) : type),
    upper: joined(prefix, last ? edge(last, false) : nextType),
  };
}

/** The least bytes that come after all that begin with these, whatever follows. */
function successor(bytes: Buffer): Buffer {
  let length = bytes.length;
  while (bytes[length - 1] === 0xff) length -= 1;
  const next = Buffer.from(bytes.subarray(0, length));
  next[length - 1]! += 1;
  return next;
}

/** If a bound is longer than what keys keep, the range is widened to all that begins alike. */
function bounded({ lower, upper }: Interval): Interval {
  return {
    lower: lower.length > KEPT_BYTES ? lower.subarray(0, KEPT_BYTES) : lower,
    upper: upper.length > KEPT_BYTES ? successor(upper.subarray(0, KEPT_BYTES)) : upper,
  };
}

export const wholeIndex: readonly Interval[] = [{ lower: Buffer.alloc(0), upper: AFTER }];
