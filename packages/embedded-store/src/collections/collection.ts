import { BsonWriter, printValue } from "../bson/bson-writer.js";
import { documentValue, FieldReader, type Value } from "../bson/value.js";
import type { Engine } from "../engine/engine.js";
import { documentKey, entryKey, entryValue, type RecordClock, recordOfValue, setRecord } from "../engine/key-space.js";
import { DuplicateKeyError } from "../errors/command-error.js";
import type { IndexDefinition, IndexEntry } from "../indexes/index-definition.js";
import type { Watched } from "./watched.js";

const NO_BYTES = Buffer.alloc(0);

/** A collection's documents and index entries. Everything that writes runs within a job of the engine. */
export class Collection {
  isDropped = false;
  /** The number of the last document inserted since the store was opened. */
  lastInserted = 0;
  /** The key of the document read last: the engine is done with it when it answers. */
  private readonly readKey: Buffer;
  /** The state that change streams need of it; undefined if nobody has ever watched. */
  watched: Watched | undefined;

  constructor(
    private readonly engine: Engine,
    private readonly clock: RecordClock,
    readonly database: string,
    readonly name: string,
    /** The key space of its documents. */
    readonly space: number,
    readonly uuid: Buffer,
    /** The first is that of `_id`. */
    readonly indexes: IndexDefinition[],
    private readonly save: (collection: Collection) => void,
  ) {
    this.readKey = documentKey(space, 0);
  }

  get namespace(): string {
    return `${this.database}.${this.name}`;
  }

  /** Valid until the next read. */
  document(record: number): Value | undefined {
    setRecord(this.readKey, record);
    return this.engine.document(this.readKey);
  }

  /** @throws DuplicateKeyError, CommandError; nothing is written then. */
  insert(document: Buffer): void {
    const value = documentValue(document);
    const plans = this.indexes.map((index) => this.planned(index, undefined, value, -1));
    const record = this.clock.next();
    this.lastInserted = record;
    this.engine.put(documentKey(this.space, record), document);
    this.carryOut(plans, record);
  }

  /** @throws DuplicateKeyError, CommandError; nothing is written then. */
  replace(record: number, before: Value, after: Buffer): void {
    const value = documentValue(after);
    const changed = changedFields(before, value);
    const plans = this.indexes
      .filter((index) => index.dependsOn(changed))
      .map((index) => this.planned(index, before, value, record));
    this.watched?.keep(record, before);
    this.engine.put(documentKey(this.space, record), after);
    this.carryOut(plans, record);
  }

  remove(record: number, document: Value): void {
    const plans = this.indexes.map((index) => this.planned(index, document, undefined, record));
    this.watched?.keep(record, document);
    this.engine.remove(documentKey(this.space, record));
    this.carryOut(plans, record);
  }

  /** Gives a document its entries in an index that is being built; repeatable. */
  indexExisting(index: IndexDefinition, record: number, document: Value): void {
    this.carryOut([this.planned(index, undefined, document, record)], record);
  }

  private planned(index: IndexDefinition, before: Value | undefined, after: Value | undefined, record: number): Plan {
    const old = before ? index.entriesOf(before).keys : undefined;
    const { keys, newlyMultikey } = after
      ? index.entriesOf(after)
      : { keys: new Map<string, IndexEntry>(), newlyMultikey: [] };
    const added = [...keys].flatMap(([text, entry]) => (old?.has(text) ? [] : [entry]));
    const removed = old ? [...old].flatMap(([text, entry]) => (keys.has(text) ? [] : [entry])) : [];
    if (index.options.unique) for (const entry of added) this.refuseDuplicate(index, entry, record);
    return { index, added, removed, newlyMultikey };
  }

  private refuseDuplicate(index: IndexDefinition, { key, values }: IndexEntry, record: number): void {
    const owner = this.engine.document(entryKey(index, key, 0));
    if (!owner || recordOfValue(owner) === record) return;
    throw duplicateKey(this.namespace, index, values);
  }

  private carryOut(plans: readonly Plan[], record: number): void {
    let isCatalogChanged = false;
    for (const { index, added, removed, newlyMultikey } of plans) {
      for (const { key } of removed) this.removeEntry(index, key, record);
      for (const { key } of added) {
        this.engine.put(entryKey(index, key, record), index.options.unique ? entryValue(record) : NO_BYTES);
      }
      for (const field of newlyMultikey) {
        index.multikey[field] = true;
        isCatalogChanged = true;
      }
    }
    if (isCatalogChanged) this.save(this);
  }

  /** An index that is being built may hold another document's entry under this one's key. */
  private removeEntry(index: IndexDefinition, key: Buffer, record: number): void {
    const stored = entryKey(index, key, record);
    if (index.options.unique && !index.isReady) {
      const owner = this.engine.document(stored);
      if (!owner || recordOfValue(owner) !== record) return;
    }
    this.engine.remove(stored);
  }
}

/** The names of the fields that differ. Behind the first field that came or went all are counted. */
function changedFields(before: Value, after: Value): ReadonlySet<string> {
  const changed = new Set<string>();
  const [old, current] = [new FieldReader(before), new FieldReader(after)];
  let isAligned = true;
  for (;;) {
    const [hasOld, hasCurrent] = [old.next(), current.next()];
    if (!hasOld && !hasCurrent) return changed;
    if (isAligned && hasOld && hasCurrent && old.isLike(current)) continue;
    isAligned &&= hasOld && hasCurrent && old.name === current.name;
    if (hasOld) changed.add(old.name);
    if (hasCurrent) changed.add(current.name);
  }
}

interface Plan {
  readonly index: IndexDefinition;
  readonly added: readonly IndexEntry[];
  readonly removed: readonly IndexEntry[];
  readonly newlyMultikey: readonly number[];
}

function duplicateKey(namespace: string, index: IndexDefinition, values: readonly Value[]): DuplicateKeyError {
  const writer = new BsonWriter();
  const begun = writer.begin();
  index.paths.forEach(({ text }, field) => writer.value(text, values[field]!));
  writer.end(begun);
  const printed = index.paths.map(({ text }, field) => `${text}: ${printValue(values[field]!)}`).join(", ");
  return new DuplicateKeyError(
    `E11000 duplicate key error collection: ${namespace} index: ${index.name} dup key: { ${printed} }`,
    keyPatternOf(index).copied().bytes,
    writer.finished(),
  );
}

export function keyPatternOf(index: IndexDefinition): Value {
  const fields = new FieldReader(documentValue(index.specification));
  while (fields.next()) if (fields.name === "key") return fields.value;
  throw new Error(`The index ${index.name} has no key.`);
}
