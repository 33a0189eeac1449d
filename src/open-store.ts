import { getModelForClass } from "@typegoose/typegoose";
import { DecoratorKeys } from "@typegoose/typegoose/lib/internal/constants.js";
import type { AnyParamConstructor } from "@typegoose/typegoose/lib/types.js";
import type { Connection, mongo } from "mongoose";
import { type Kind, KINDS } from "./graph/id.js";
import type { AnyRecord } from "./graph/stored-record.js";
import { type CollectionOf, RECORD_KINDS, type RecordOf } from "./kinds.js";
import { fileListIndexes, snapshotPaths, snapshotPathsInCopies } from "./snapshots/snapshot-paths.js";
import { DocumentReader } from "./store/document-reader.js";
import type { RecordCollection, Records, Store } from "./store/store.js";

/** Opens the collections of a connection, and makes their indexes. */
export async function openStore(
  connection: Connection,
  now: () => Promise<Date>,
  detailsIndexes: ReadonlyMap<string, readonly string[]> = new Map(),
): Promise<Store> {
  const byKind = lazily(KINDS, (kind) => makeModel(connection, kind)) as Store["byKind"];
  const collections = lazily(
    KINDS.map((kind) => RECORD_KINDS[kind].collection),
    (name) => byKind[KINDS.find((kind) => RECORD_KINDS[kind].collection === name)!],
  ) as unknown as Pick<Store, CollectionOf<Kind>>;
  const names = Object.fromEntries(KINDS.map((kind) => [kind, collectionNameOf(RECORD_KINDS[kind].record)]));
  const collectionNames = names as Store["collectionNames"];
  const others: Omit<Store, CollectionOf<Kind>> = {
    byKind,
    collectionNames,
    collectionOf: (kind) => connection.collection(collectionNames[kind]) as unknown as RecordCollection,
    kinds: RECORD_KINDS,
    snapshots: connection.collection("snapshots") as unknown as Store["snapshots"],
    events: connection.collection("events") as unknown as Store["events"],
    jobs: connection.collection("jobs") as unknown as Store["jobs"],
    logs: connection.collection("logs") as unknown as Store["logs"],
    fileLists: connection.collection("file_lists") as unknown as Store["fileLists"],
    missingFiles: connection.collection("missing_files") as unknown as Store["missingFiles"],
    unneededTags: connection.collection("unneeded_images") as unknown as Store["unneededTags"],
    processes: connection.collection("processes") as unknown as Store["processes"],
    intermediateImages: connection.collection("made_images") as unknown as Store["intermediateImages"],
    unneededFiles: connection.collection("unneeded_files") as unknown as Store["unneededFiles"],
    installation: connection.collection("installation") as unknown as Store["installation"],
    documents: new DocumentReader(connection),
    connection,
    now,
  };
  const store: Store = Object.assign(collections, others);
  await makeIndexes(store, detailsIndexes);
  return store;
}

function makeModel<K extends Kind>(connection: Connection, kind: K): Records<RecordOf<K>> {
  // Typegoose caches models by class name for the whole process; with the cache on, a second store (every test opens
  // one) would silently be given the first one's connection.
  const model = getModelForClass(RECORD_KINDS[kind].record as AnyParamConstructor<AnyRecord>, {
    existingConnection: connection,
    options: { disableCaching: true },
  });
  model.schema.set("strict", "throw").set("versionKey", false).set("minimize", false).set("autoIndex", false);
  return model as unknown as Records<RecordOf<K>>;
}

/** Returns an object whose values are made when they are first read. All models take a quarter of the start. */
function lazily<K extends string, V>(names: readonly K[], make: (name: K) => V): Readonly<Record<K, V>> {
  const made: Partial<Record<K, V>> = {};
  for (const name of names)
    Object.defineProperty(made, name, {
      configurable: true,
      enumerable: true,
      get() {
        const value = make(name);
        Object.defineProperty(made, name, { configurable: true, enumerable: true, value });
        return value;
      },
    });
  return made as Record<K, V>;
}

async function makeIndexes(store: Store, detailsIndexes: ReadonlyMap<string, readonly string[]>): Promise<void> {
  await Promise.all([
    ...KINDS.map(async (kind) => {
      const { record } = RECORD_KINDS[kind];
      await store.collectionOf(kind).createIndexes([
        // Partial: a record with incomplete files has no place in the order of its key yet.
        { key: { key: 1, seq: 1 }, unique: true, partialFilterExpression: { seq: { $exists: true } } },
        { key: { key: 1, superseded: 1 } },
        { key: { superseded: 1, _id: -1 } },
        { key: { superseded: 1, created_at: 1, _id: 1 } },
        { key: { superseded: 1, modified_at: 1, _id: 1 } },
        { key: { "used_keys.key": 1 }, unique: true, partialFilterExpression: { "used_keys.key": { $exists: true } } },
        { key: { "outbox.version": 1 } },
        { key: { deleting: 1, _id: 1 }, partialFilterExpression: { deleting: true } },
        { key: { deleted: 1, modified_at: 1 }, partialFilterExpression: { deleted: true } },
        ...fileListIndexes(RECORD_KINDS, snapshotPaths(RECORD_KINDS, kind)),
        // One command for all indexes of a collection: every command is synced by itself.
        ...(detailsIndexes.get(record.name) ?? []).map((path) => ({
          key: { [path]: 1 as const, superseded: 1 as const, _id: -1 as const },
        })),
        ...indexesOf(record).map(({ fields, options: { unique, partialFilterExpression } = {} }) => ({
          key: fields,
          ...(unique && { unique, partialFilterExpression }),
        })),
      ]);
    }),
    store.snapshots.createIndexes([
      { key: { checked_at: 1 } },
      ...snapshotPathsInCopies(RECORD_KINDS)
        .filter(({ isPin }) => isPin)
        .map(({ path }) => ({ key: { [`${path}.hash`]: 1 as const } })),
      ...fileListIndexes(RECORD_KINDS, snapshotPathsInCopies(RECORD_KINDS)),
    ]),
    store.jobs.createIndexes([
      { key: { active_key: 1 }, unique: true, partialFilterExpression: { active_key: { $exists: true } } },
      { key: { seat: 1 }, unique: true, partialFilterExpression: { seat: { $exists: true } } },
      { key: { project_seat: 1 }, unique: true, partialFilterExpression: { project_seat: { $exists: true } } },
      { key: { kind: 1, state: 1, _id: 1 } },
      { key: { kind: 1, started_at: -1 } },
      { key: { state: 1, next_reconcile_at: 1 } },
      { key: { cleanup: 1, next_reconcile_at: 1 } },
      { key: { "slots.token_hash": 1 } },
      { key: { proj: 1, cleanup: 1 } },
      { key: { cleanup: 1, updated_at: 1 } },
    ]),
    store.logs.createIndexes([{ key: { job: 1, _id: 1 } }, { key: { kept: 1, at: 1 } }]),
    store.events.createIndexes([{ key: { record: 1, version: 1 } }, { key: { at: 1 } }]),
    store.fileLists.createIndexes([
      { key: { list: 1, first: 1 } },
      { key: { "files.sha256": 1 } },
      { key: { n: 1, checked_at: 1 } },
    ]),
    store.missingFiles.createIndexes([{ key: { of: 1, name: 1 } }, { key: { record: 1 } }]),
    store.intermediateImages.createIndexes([{ key: { due_at: 1 } }]),
    store.unneededFiles.createIndexes([{ key: { place: 1, since: 1 } }]),
  ]);
}

/** Returns the name that `@modelOptions` gives the collection of a class. */
const collectionNameOf = (record: object): string =>
  (Reflect.getMetadata(DecoratorKeys.ModelOptions, record) as { schemaOptions: { collection: string } }).schemaOptions
    .collection;

interface DeclaredIndex {
  readonly fields: Record<string, 1 | -1>;
  readonly options?: mongo.CreateIndexesOptions;
}

/** Returns what `@index` says on a class and its parents. Its model has the same, but takes long to make. */
export function indexesOf(record: object): DeclaredIndex[] {
  const parent = Object.getPrototypeOf(record) as object | null;
  const own = (Reflect.getOwnMetadata(DecoratorKeys.Index, record) ?? []) as DeclaredIndex[];
  return parent === null || parent === Function.prototype ? own : [...indexesOf(parent), ...own];
}
