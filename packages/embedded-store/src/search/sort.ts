import { exactNumber, isNumber } from "../bson/compare-values.js";
import { encodeKeyText } from "../bson/encode-key.js";
import { type FieldPath, parsePath } from "../bson/field-path.js";
import { fieldOf, fieldsOf, NULL_VALUE, type Value } from "../bson/value.js";
import { CommandError, notImplemented } from "../errors/command-error.js";
import { type Given, indexKeysOf } from "../indexes/index-definition.js";

export interface SortField {
  readonly path: FieldPath;
  readonly descending: boolean;
  /** Gives the value to sort by in place of the stored one at the path. */
  readonly computed?: (document: Value) => Value | undefined;
}

/** @throws CommandError for a direction that is neither 1 nor -1. */
export function parseSort(sort: Value | undefined): SortField[] {
  if (!sort) return [];
  return [...fieldsOf(sort)].map(([path, direction]) => {
    if (path === "$natural") throw notImplemented("the sort $natural");
    if (direction.isObject) throw notImplemented("a sort by $meta");
    const number = isNumber(direction) ? Number(exactNumber(direction)) : 0;
    if (number !== 1 && number !== -1)
      throw new CommandError("BadValue", "$sort key ordering must be 1 (for ascending) or -1 (for descending)", 15975);
    return { path: parsePath(path), descending: number < 0 };
  });
}

/** Texts that compare as the documents sort; an array counts by its least element, or its greatest if descending. */
export function compileSortKey(fields: readonly SortField[]): (document: Value) => string {
  const descending = fields.map((field) => field.descending);
  const leastKey = compileLeastKey(fields, descending);
  const values: Value[] = [];
  return (document) => {
    for (let at = 0; at < fields.length; at += 1) {
      const value = valueOrArray(document, fields[at]!);
      if (value?.isArray) return leastKey(document);
      values[at] = value ?? NULL_VALUE;
    }
    return encodeKeyText(values, descending);
  };
}

/** The value to sort by, or the first array on the way to it. */
function valueOrArray(document: Value, { computed, path: { segments } }: SortField): Value | undefined {
  if (computed) return computed(document);
  let value: Value | undefined = document;
  for (let at = 0; value && !value.isArray && at < segments.length; at += 1)
    value = value.isObject ? fieldOf(value, segments[at]!.name) : undefined;
  return value;
}

/** The keys of documents in which arrays have to be taken apart. */
function compileLeastKey(fields: readonly SortField[], descending: readonly boolean[]): (document: Value) => string {
  const paths = fields.map(({ path }) => path);
  return (document) => {
    const given = fields.map(({ computed }) => computed && { value: computed(document) });
    const keys = sortedKeys(document, paths, given).map((values) => encodeKeyText(values, descending));
    return keys.reduce((least, key) => (key < least ? key : least));
  };
}

function sortedKeys(
  document: Value,
  paths: readonly FieldPath[],
  given: readonly (Given | undefined)[],
): readonly Value[][] {
  try {
    return indexKeysOf(document, paths, given).keys;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new CommandError(
      "BadValue",
      "Executor error during find command :: caused by :: cannot sort with keys that are parallel arrays",
    );
  }
}

interface Sorted<T> {
  readonly key: string;
  readonly order: number;
  readonly content: T;
}

const RUN = 2048;
/** Up to here the first ones are kept in one run that is cut again and again. */
const FEW = RUN / 2;

const isBefore = <T>(a: Sorted<T>, b: Sorted<T>): boolean => a.key < b.key || (a.key === b.key && a.order < b.order);
const byKey = <T>(a: Sorted<T>, b: Sorted<T>): number => (isBefore(a, b) ? -1 : 1);

/** Sorts what comes piece by piece, in runs and a merge, so that no single step takes long; equal keys keep their order. */
export class Sorter<T> {
  private readonly runs: Sorted<T>[][] = [];
  private open: Sorted<T>[] = [];
  private order = 0;

  /** @param limit how many of the first are wanted. */
  constructor(private readonly limit = Infinity) {}

  add(key: string, content: T): void {
    this.open.push({ key, order: this.order++, content });
    if (this.open.length >= RUN) this.closeRun();
  }

  private closeRun(): void {
    this.open.sort(byKey);
    if (this.limit <= FEW) {
      this.open.length = Math.min(this.open.length, this.limit);
      return;
    }
    this.runs.push(this.open);
    this.open = [];
  }

  *sorted(): Generator<T> {
    this.open.sort(byKey);
    if (this.runs.length === 0) {
      for (let at = 0; at < this.open.length && at < this.limit; at += 1) yield this.open[at]!.content;
      return;
    }
    this.runs.push(this.open);
    let left = this.limit;
    for (const content of merged(this.runs.filter((run) => run.length > 0))) {
      if (left-- <= 0) return;
      yield content;
    }
  }
}

function* merged<T>(runs: readonly Sorted<T>[][]): Generator<T> {
  const heap = runs.map((run) => ({ run, at: 0 }));
  const head = (at: number): Sorted<T> => heap[at]!.run[heap[at]!.at]!;
  const sink = (from: number): void => {
    for (let at = from; ;) {
      let least = at;
      for (const child of [at * 2 + 1, at * 2 + 2])
        if (child < heap.length && isBefore(head(child), head(least))) least = child;
      if (least === at) return;
      [heap[at], heap[least]] = [heap[least]!, heap[at]!];
      at = least;
    }
  };
  for (let at = heap.length >> 1; at >= 0; at -= 1) sink(at);
  while (heap.length > 0) {
    yield head(0).content;
    const first = heap[0]!;
    first.at += 1;
    if (first.at === first.run.length) {
      const last = heap.pop()!;
      if (heap.length === 0) return;
      if (last !== first) heap[0] = last;
    }
    sink(0);
  }
}
