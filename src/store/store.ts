import type { Connection, mongo, Model as MongooseModel } from "mongoose";
import type { IntermediateImage, UnneededTag } from "../builds/leftover-images.js";
import type { FileListPart, MissingFile, UnneededFile } from "../files/file-documents.js";
import type { Kind } from "../graph/id.js";
import type { AnyRecord, OutboxEntry } from "../graph/stored-record.js";
import type { Job, LogChunk } from "../jobs/job.js";
import type { CollectionOf, RecordOf } from "../kinds.js";
import type { RecordKinds } from "../kinds/record-kind.js";
import type { ModelVersionSnapshot } from "../model-version/model-version.js";
import type { DocumentReader } from "./document-reader.js";

/** A process of the installation. */
interface PresentProcess {
  readonly id: string;
  readonly seen_at: Date;
  /** The machine and folder in which the process builds and runs; null with an engine. */
  readonly home?: string | null;
}

/** The processes of the installation: one document, changed by compare-and-set. */
export interface Processes {
  readonly _id: string;
  readonly version: number;
  readonly there: readonly PresentProcess[];
  /** The last process, while it stops what all processes share. It counts until then if it dies meanwhile. */
  readonly leaving: { readonly id: string; readonly until: Date } | null;
}

export type Records<T extends AnyRecord> = MongooseModel<T>;

export type RecordCollection = mongo.Collection<AnyRecord & { _id: string }>;

/** An outbox entry after the relay. Its `_id` is `<record id>.<version>`, which keeps a record's entries in order. */
export type Event = OutboxEntry & { _id: string; record: string; key: string };

/** A pinned snapshot, stored under the hash of its content. */
export interface SnapshotCopy {
  readonly _id: string;
  readonly content: ModelVersionSnapshot;
  /** The time of the last search for pins of it. */
  readonly checked_at?: Date;
  /** The time since which no pin of it was found. */
  readonly unneeded_since?: Date;
}

/** The collections of records, named by their cards. */
type RecordCollections = { readonly [K in Kind as CollectionOf<K>]: Records<RecordOf<K>> };

/**
 * All collections. Only `insertRecord`, `changeRecord` and `leaveTombstone` write records; only `src/jobs`
 * writes jobs, logs and leases, but that the run API writes to slots, and deletions and old age remove them.
 */
export interface Store extends RecordCollections {
  /** The same collections by kind. */
  readonly byKind: Readonly<Record<Kind, Records<AnyRecord>>>;
  readonly collectionNames: Readonly<Record<Kind, string>>;
  /** Returns the collection of a kind without its model, which is made when it is first read. */
  collectionOf(kind: Kind): RecordCollection;
  /** The cards of the kinds. */
  readonly kinds: RecordKinds;

  /** Immutable copies of version snapshots, by the hash of their content. */
  readonly snapshots: mongo.Collection<SnapshotCopy>;
  readonly events: mongo.Collection<Event>;
  readonly jobs: mongo.Collection<Job>;
  readonly logs: mongo.Collection<LogChunk>;
  /** Manifests that are too long for their records. Only `src/files/file-lists` writes them; a sweep marks those that nothing needs. */
  readonly fileLists: mongo.Collection<FileListPart>;
  /** The files that such manifests wait for. `src/files/missing-files` writes them; a sweep removes abandoned ones. */
  readonly missingFiles: mongo.Collection<MissingFile>;
  /** Files that deleted records have left. Only `DeferredDeleteStorage` writes them. */
  readonly unneededFiles: mongo.Collection<UnneededFile>;
  /**
   * Tags of images that deleted records have left. They stay until the engine answers and no container uses the image.
   */
  readonly unneededTags: mongo.Collection<UnneededTag>;
  /** Untagged intermediate images of builds. They stay until nothing needs them. */
  readonly intermediateImages: mongo.Collection<IntermediateImage>;
  /**
   * Values of the whole installation: its cluster id and the port of the run listener, chosen once, and its last
   * runtime.
   */
  readonly installation: mongo.Collection<{ _id: string; value: string | number }>;

  /** The processes of the installation. Only `presence.ts` writes them. */
  readonly processes: mongo.Collection<Processes>;

  /** Reads records in bulk for answers. */
  readonly documents: DocumentReader;

  readonly connection: Connection;
  /** The clock of the server that owns the data. Leases must not depend on the clock of this machine. */
  now(): Promise<Date>;
}
