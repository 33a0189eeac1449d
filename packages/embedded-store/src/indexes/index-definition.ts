import { createHash } from "node:crypto";
import { encodeKey } from "../bson/encode-key.js";
import { elementAt, type FieldPath } from "../bson/field-path.js";
import { elementsOf, fieldOf, isEmpty, NULL_VALUE, UNDEFINED_VALUE, type Value } from "../bson/value.js";
import { CommandError } from "../errors/command-error.js";
import type { Condition, Matches } from "../query/condition.js";

export interface IndexField {
  readonly path: FieldPath;
  readonly descending: boolean;
}

/** LMDB's longest key, less what stands around the values: the number of the key space and of the document. */
const ROOM = 1978 - 4 - 6;
/** The bytes that are kept of longer values, before a hash of all of them. */
export const KEPT_BYTES = ROOM - 32;

/** An index of a collection, as the catalog keeps it. */
export class IndexDefinition {
  readonly paths: readonly FieldPath[];
  readonly descending: readonly boolean[];
  /** The names of the fields that its entries depend on. */
  private readonly roots: ReadonlySet<string>;
  /** True if searches may read it: not before its last entries have been synced. */
  isReady: boolean;
  isDropped = false;

  constructor(
    /** The key space of its entries. */
    readonly space: number,
    readonly name: string,
    /** The specification as `listIndexes` shows it. */
    readonly specification: Buffer,
    readonly fields: readonly IndexField[],
    readonly options: {
      readonly unique: boolean;
      readonly sparse: boolean;
      readonly expireAfterSeconds?: number | undefined;
      readonly partial?:
        { readonly condition: Condition; readonly matches: Matches; readonly filter: Value } | undefined;
    },
    /** For each field, true if it has led through an array in some document. */
    readonly multikey: boolean[],
    /** True if every document has its entries, as far as the catalog will tell after the next sync. */
    public isBuilt: boolean,
  ) {
    this.isReady = isBuilt;
    this.paths = fields.map(({ path }) => path);
    this.descending = fields.map(({ descending }) => descending);
    const { partial } = options;
    const paths = partial ? [...this.paths, ...pathsIn(partial.condition)] : this.paths;
    this.roots = new Set(paths.map(({ segments }) => segments[0]!.text));
  }

  /** True if a change of these fields of a document may change its entries. */
  dependsOn(changed: ReadonlySet<string>): boolean {
    for (const name of changed) if (this.roots.has(name)) return true;
    return false;
  }

  get isMultikey(): boolean {
    return this.multikey.includes(true);
  }

  /** The keys under which a document stands in this index, each once, and the fields newly seen to be arrays. */
  entriesOf(document: Value): { keys: Map<string, IndexEntry>; newlyMultikey: number[] } {
    const keys = new Map<string, IndexEntry>();
    if (this.options.partial && !this.options.partial.matches(document)) return { keys, newlyMultikey: [] };
    const found = indexKeysOf(document, this.paths);
    if (this.options.sparse && !found.present) return { keys, newlyMultikey: [] };
    for (const values of found.keys) {
      const key = boundedKey(encodeKey(values, this.descending));
      keys.set(key.toString("latin1"), { key, values });
    }
    return { keys, newlyMultikey: found.multikey.flatMap((is, field) => (is && !this.multikey[field] ? [field] : [])) };
  }
}

function pathsIn(condition: Condition): FieldPath[] {
  if (condition.kind === "field") return [condition.path];
  return condition.kind === "expression" ? [] : condition.parts.flatMap(pathsIn);
}

export interface IndexEntry {
  readonly key: Buffer;
  readonly values: readonly Value[];
}

/** A key that is too long for LMDB keeps its beginning, so that ranges find it, and a hash, so that equality does. */
export function boundedKey(key: Buffer): Buffer {
  if (key.length < ROOM) return key;
  return Buffer.concat([key.subarray(0, KEPT_BYTES), createHash("sha256").update(key).digest()]);
}

/** True if the key of an entry was cut, so that its place among its neighbours says nothing of its order. */
export const isCut = (keyLength: number): boolean => keyLength === ROOM;

/** One field of a key while it is being found: how far the walk is, and what remains of the path. */
interface Head {
  readonly value: Value | undefined;
  readonly at: number;
  readonly isDone: boolean;
}

interface IndexKeys {
  readonly keys: Value[][];
  /** For each field, true if it leads through or to an array. */
  readonly multikey: boolean[];
  /** False if no field of the key exists in the document. */
  readonly present: boolean;
}

/** A value in place of the stored one; undefined stands for a missing field. */
export interface Given {
  readonly value: Value | undefined;
}

/**
 * The keys of a document under the paths of an index or a sort: one for each element of an array on the way.
 * @param given for each path, what stands in place of the stored value, if anything does.
 * @throws CommandError for two different arrays in one key.
 */
export function indexKeysOf(
  document: Value,
  paths: readonly FieldPath[],
  given: readonly (Given | undefined)[] = [],
): IndexKeys {
  const found: IndexKeys & { present: boolean } = { keys: [], multikey: paths.map(() => false), present: false };
  const heads = paths.map(({ segments }, field): Head => {
    const instead = given[field];
    return instead
      ? { value: instead.value, at: segments.length, isDone: false }
      : { value: document, at: 0, isDone: false };
  });
  expand(heads, paths, found);
  return found;
}

function expand(heads: readonly Head[], paths: readonly FieldPath[], found: IndexKeys & { present: boolean }): void {
  const advanced = heads.map((head, field) => advance(head, paths[field]!));
  const waiting = advanced.flatMap((head, field) => (isWaiting(head) ? [field] : []));
  const array = waiting.length > 0 ? advanced[waiting[0]!]!.value! : undefined;
  if (!array) {
    if (advanced.some(({ value }) => value !== undefined)) found.present = true;
    found.keys.push(advanced.map(({ value }) => value ?? NULL_VALUE));
    return;
  }
  if (waiting.some((field) => !isSamePlace(advanced[field]!.value!, array))) {
    throw new CommandError(
      "CannotIndexParallelArrays",
      `cannot index parallel arrays [${paths[waiting[1]!]!.text}] [${paths[waiting[0]!]!.text}]`,
    );
  }
  for (const field of waiting) found.multikey[field] = true;
  found.present = true;
  const elements: readonly (Value | undefined)[] = isEmpty(array) ? [undefined] : elementsOf(array);
  for (const element of elements) {
    expand(
      advanced.map((head, field) => (waiting.includes(field) ? enter(head, paths[field]!, element) : head)),
      paths,
      found,
    );
  }
}

const isSamePlace = (one: Value, other: Value): boolean => one.start === other.start && one.bytes === other.bytes;

const isWaiting = ({ value, isDone }: Head): boolean => !isDone && value?.isArray === true;

/** Walks to the end of the path or to the first array that has to be taken apart. */
function advance(head: Head, { segments }: FieldPath): Head {
  if (head.isDone) return head;
  let { value, at } = head;
  while (value && at < segments.length) {
    const segment = segments[at]!;
    if (value.isArray) {
      const element = segment.index >= 0 ? elementAt(value, segment.index) : undefined;
      if (!element) return { value, at, isDone: false };
      value = element;
    } else {
      value = value.isObject ? fieldOf(value, segment.name) : undefined;
    }
    at += 1;
  }
  return { value, at, isDone: !value?.isArray };
}

function enter({ at }: Head, { segments }: FieldPath, element: Value | undefined): Head {
  const isLeaf = at === segments.length;
  if (isLeaf) return { value: element ?? UNDEFINED_VALUE, at, isDone: true };
  return { value: element?.isObject ? element : undefined, at, isDone: !element?.isObject };
}
