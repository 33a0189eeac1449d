import { randomBytes } from "node:crypto";
import { type Binary, deserialize, serialize } from "bson";
import type { Engine } from "../engine/engine.js";
import { inSpace, RecordClock, wholeSpace } from "../engine/key-space.js";
import { CommandError } from "../errors/command-error.js";
import type { IndexDefinition } from "../indexes/index-definition.js";
import { type ParsedIndex, storedIndex } from "../indexes/parse-index.js";
import { Collection } from "./collection.js";
import { type Watched, WatchList } from "./watched.js";

const RECORDS = inSpace(0, Buffer.from("c"));
const ABANDONED = inSpace(0, Buffer.from("a"));
const COUNTER = inSpace(0, Buffer.from("n"));
const FORMAT = inSpace(0, Buffer.from("f"));
const FORMAT_VERSION = "rocas-embedded-store 1";

interface StoredCollection {
  readonly database: string;
  readonly name: string;
  readonly space: number;
  readonly uuid: Binary;
  readonly indexes: readonly { specification: Binary; space: number; multikey: boolean[]; ready: boolean }[];
}

const withTail = (prefix: Buffer, ...parts: Buffer[]): Buffer => Buffer.concat([prefix, ...parts]);
const recordKey = (database: string, name: string): Buffer => withTail(RECORDS, Buffer.from(`${database}\0${name}`));

function spaceBytes(space: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(space);
  return bytes;
}

const ID_INDEX = serialize({ v: 2, key: { _id: 1 }, name: "_id_" });

/** The collections and indexes of the store. Changes of it run within a job of the engine. */
export class Catalog {
  private readonly databases = new Map<string, Map<string, Collection>>();

  readonly clock: RecordClock;
  readonly watchList: WatchList;

  constructor(private readonly engine: Engine) {
    this.clock = new RecordClock(engine);
    this.watchList = new WatchList(engine, this.clock);
  }

  /** Reads everything anew: at the start, and when a batch was not written. @throws for a folder that is not ours. */
  load(): void {
    for (const collections of this.databases.values()) for (const each of collections.values()) each.isDropped = true;
    this.databases.clear();
    this.clock.forget();
    this.watchList.load();
    for (const { key } of this.engine.entries(
      { lower: RECORDS, upper: withTail(RECORDS, Buffer.from([0xff])) },
      false,
      false,
    )) {
      this.register(this.read(this.engine.bytes(key)!));
    }
  }

  /** Makes an empty store one of this format. @throws as `refuseOther` */
  async claim(): Promise<void> {
    this.refuseOther();
    if (this.engine.bytes(FORMAT) === undefined)
      await this.engine.write(() => this.engine.put(FORMAT, Buffer.from(FORMAT_VERSION)));
  }

  /** @throws an Error with a clause that says why this version cannot read what is there. An empty store is none's. */
  refuseOther(): void {
    const format = this.engine.bytes(FORMAT)?.toString();
    if (format === FORMAT_VERSION) return;
    if (format !== undefined)
      throw new Error(
        `its format is "${format}", and this version reads "${FORMAT_VERSION}": start the version that wrote it`,
      );
    const everything = { lower: Buffer.from([0]), upper: Buffer.from([0xff]) };
    if (!this.engine.entries(everything, false, false).next().done) throw new Error("it holds no embedded store");
  }

  collection(database: string, name: string): Collection | undefined {
    return this.databases.get(database)?.get(name);
  }

  collections(database: string): Collection[] {
    return [...(this.databases.get(database)?.values() ?? [])];
  }

  databaseNames(): string[] {
    return [...this.databases].flatMap(([name, collections]) => (collections.size > 0 ? [name] : [])).sort();
  }

  create(database: string, name: string): Collection {
    checkName(database, name);
    const [space, idSpace] = [this.nextSpace(), this.nextSpace()];
    const index = storedIndex(Buffer.from(ID_INDEX), idSpace, undefined, true);
    const uuid = randomBytes(16);
    const collection = new Collection(this.engine, this.clock, database, name, space, uuid, [index], this.save);
    this.register(collection);
    this.save(collection);
    return collection;
  }

  orCreate(database: string, name: string): Collection {
    return this.collection(database, name) ?? this.create(database, name);
  }

  /** A new index without entries; it is maintained from here on and read from when it is ready. */
  addIndex(collection: Collection, { specification }: ParsedIndex): IndexDefinition {
    const index = storedIndex(specification, this.nextSpace(), undefined, false);
    collection.indexes.push(index);
    this.save(collection);
    return index;
  }

  dropIndex(collection: Collection, index: IndexDefinition): void {
    const at = collection.indexes.indexOf(index);
    if (at < 0) return;
    collection.indexes.splice(at, 1);
    index.isDropped = true;
    this.abandon(index.space);
    this.save(collection);
  }

  /** From here on change streams can be resumed on this collection, whether it exists or not. Within a job. */
  watch(database: string, name: string): Watched {
    checkName(database, name);
    const watched =
      this.watchList.of(database, name) ?? this.watchList.add(database, name, this.nextSpace(), this.clock.next());
    const collection = this.collection(database, name);
    if (collection) collection.watched = watched;
    return watched;
  }

  /** Returns the key space of a collection as it has been written to the disk. Outside of jobs. */
  writtenSpace(database: string, name: string): number | undefined {
    const record = this.engine.bytes(recordKey(database, name));
    return record && (deserialize(record) as unknown as StoredCollection).space;
  }

  drop(collection: Collection): void {
    collection.isDropped = true;
    if (collection.watched) this.watchList.noteDrop(collection.watched, collection.space);
    this.databases.get(collection.database)?.delete(collection.name);
    this.engine.remove(recordKey(collection.database, collection.name));
    for (const space of [collection.space, ...collection.indexes.map((index) => index.space)]) this.abandon(space);
  }

  /** Indexes whose building a crash broke off; whoever wants them asks for them again. */
  async dropUnfinishedIndexes(): Promise<void> {
    const all = this.databaseNames().flatMap((database) => this.collections(database));
    const unfinished = all.flatMap((collection) =>
      collection.indexes.filter(({ isBuilt }) => !isBuilt).map((index) => ({ collection, index })),
    );
    if (unfinished.length === 0) return;
    await this.engine.write(() => unfinished.forEach(({ collection, index }) => this.dropIndex(collection, index)));
  }

  /** Key spaces that belong to nobody any more and are to be emptied; they are never given out again. */
  abandonedSpaces(): number[] {
    const range = { lower: ABANDONED, upper: withTail(ABANDONED, Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff])) };
    return [...this.engine.entries(range, false, false)].map(({ key }) => key.readUInt32BE(ABANDONED.length));
  }

  /** @returns true if the space is empty now. */
  sweep(space: number, atMost: number): boolean {
    let count = 0;
    for (const { key } of this.engine.entries(wholeSpace(space), false, false)) {
      if (count === atMost) return false;
      this.engine.remove(key);
      count += 1;
    }
    this.engine.remove(withTail(ABANDONED, spaceBytes(space)));
    this.watchList.forgetDrop(space);
    return true;
  }

  readonly save = (collection: Collection): void => {
    if (collection.isDropped) return;
    const record = {
      database: collection.database,
      name: collection.name,
      space: collection.space,
      uuid: collection.uuid,
      indexes: collection.indexes.map(({ specification, space, multikey, isBuilt }) => ({
        specification,
        space,
        multikey,
        ready: isBuilt,
      })),
    };
    this.engine.put(recordKey(collection.database, collection.name), Buffer.from(serialize(record)));
  };

  private abandon(space: number): void {
    this.engine.put(withTail(ABANDONED, spaceBytes(space)), Buffer.from([1]));
  }

  private nextSpace(): number {
    const space = (this.engine.bytes(COUNTER)?.readUInt32BE(0) ?? 0) + 1;
    this.engine.put(COUNTER, spaceBytes(space));
    return space;
  }

  private register(collection: Collection): void {
    collection.watched = this.watchList.of(collection.database, collection.name);
    const collections = this.databases.get(collection.database) ?? new Map<string, Collection>();
    collections.set(collection.name, collection);
    this.databases.set(collection.database, collections);
  }

  private read(bytes: Buffer): Collection {
    const stored = deserialize(bytes) as unknown as StoredCollection;
    const indexes = stored.indexes.map(({ specification, space, multikey, ready }) =>
      storedIndex(Buffer.from(specification.buffer), space, multikey, ready),
    );
    const uuid = Buffer.from(stored.uuid.buffer);
    const { database, name, space } = stored;
    return new Collection(this.engine, this.clock, database, name, space, uuid, indexes, this.save);
  }
}

function checkName(database: string, name: string): void {
  if (name === "" || name.includes("\0") || name.includes("$") || name.startsWith("system.") || name.startsWith(".")) {
    throw new CommandError("InvalidNamespace", `Invalid collection name: ${name}`);
  }
  if (Buffer.byteLength(`${database}.${name}`) > 255) {
    throw new CommandError("InvalidNamespace", `Fully qualified namespace is too long: ${database}.${name}`);
  }
}
