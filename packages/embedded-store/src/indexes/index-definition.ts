import { createHash } from "node:crypto";
import { encodeKey } from "../bson/encode-key.js";
import type { Value } from "../bson/value.js";
import type { Condition } from "../query/condition.js";
import type { FieldPath } from "../query/field-path.js";
import type { Matches } from "../query/match.js";
import { indexKeysOf } from "./index-keys.js";

export interface IndexField {
  readonly path: FieldPath;
  readonly descending: boolean;
}

/** LMDB's longest key, less what stands around the values: the number of the key space and of the document. */
const ROOM = 1978 - 4 - 6;
/** What is kept of longer values, before a hash of all of them. */
export const KEPT = ROOM - 32;

/** An index of a collection, as the catalog keeps it. */
export class IndexDefinition {
  readonly paths: readonly FieldPath[];
  readonly descending: readonly boolean[];
  /** Whether searches may read it: not before its last entries have been synced. */
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
    /** Which fields have led through an array in some document. */
    readonly multikey: boolean[],
    /** Whether every document has its entries, as far as the catalog will tell after the next sync. */
    public isBuilt: boolean,
  ) {
    this.isReady = isBuilt;
    this.paths = fields.map(({ path }) => path);
    this.descending = fields.map(({ descending }) => descending);
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

export interface IndexEntry {
  readonly key: Buffer;
  readonly values: readonly Value[];
}

/** A key that is too long for LMDB keeps its beginning, so that ranges find it, and a hash, so that equality does. */
export function boundedKey(key: Buffer): Buffer {
  if (key.length < ROOM) return key;
  return Buffer.concat([key.subarray(0, KEPT), createHash("sha256").update(key).digest()]);
}

/** Whether the key of an entry was cut, so that its place among its neighbours says nothing of its order. */
export const isCut = (keyLength: number): boolean => keyLength === ROOM;
