import type { Connection, Model as MongooseModel, mongo } from "mongoose";
import type { IntermediateImage, UnneededTag } from "../builds/leftover-images.js";
import type { FileListPart, MissingFile, UnneededFile } from "../files/file-documents.js";
import type { Kind } from "../graph/id.js";
import type { AnyRecord, OutboxEntry } from "../graph/stored-record.js";
import type { Job, LogChunk } from "../jobs/job.js";
import type { CollectionOf, RecordOf } from "../kinds.js";
import type { RecordKinds } from "../kinds/record-kind.js";
import type { ModelVersionSnapshot } from "../model-version/model-version.js";

/** One process of the installation. */
interface Present {
  readonly id: string;
  readonly seen_at: Date;
  /** The machine and folder outside of which nothing of what it builds and runs can be seen; null if that is an engine's. */
  readonly home?: string | null;
}

/** The processes of the installation: one document, changed by compare-and-set of its version. */
export interface Processes {
  readonly _id: string;
  readonly version: number;
  readonly there: readonly Present[];
  /** The last process, while it puts away what all of them share; until then if it dies meanwhile. */
  readonly leaving: { readonly id: string; readonly until: Date } | null;
}

export type Records<T extends AnyRecord> = MongooseModel<T>;

/** An outbox entry that has arrived: `_id` is `<record id>.<version>`, so that a record's entries are in order. */
export type Event = OutboxEntry & { _id: string; record: string; key: string };

/** A snapshot that others pin, by the hash of its content. */
export interface KeptSnapshot {
  readonly _id: string;
  readonly content: ModelVersionSnapshot;
  /** The time of the last look for something that pins it. */
  readonly checked_at?: Date;
  /** Since when nothing has. */
  readonly unneeded_since?: Date;
}

/** The collections of records, as their cards call them. */
type RecordCollections = { readonly [K in Kind as CollectionOf<K>]: Records<RecordOf<K>> };

/** Every collection. Records are written by `insertRecord` and `changeRecord` alone; jobs, logs and leases by `src/jobs` alone. */
export interface Store extends RecordCollections {
  /** The same collections by the kind that an id names. */
  readonly byKind: Readonly<Record<Kind, Records<AnyRecord>>>;
  /** The cards of the kinds. */
  readonly kinds: RecordKinds;

  /** Copies of version snapshots by the hash of their content, which never changes. */
  readonly snapshots: mongo.Collection<KeptSnapshot>;
  readonly events: mongo.Collection<Event>;
  readonly jobs: mongo.Collection<Job>;
  readonly logs: mongo.Collection<LogChunk>;
  /** Manifests that are too long to lie in their records: `src/files/file-lists` alone writes them. */
  readonly fileLists: mongo.Collection<FileListPart>;
  /** The files that such manifests still wait for: `src/files/missing-files` alone writes them. */
  readonly missingFiles: mongo.Collection<MissingFile>;
  /** Files that records which are gone have left: `DeferredDeleteStorage` alone writes them. */
  readonly unneededFiles: mongo.Collection<UnneededFile>;
  /** Tags of images that records which are gone have left, until the engine answers and no container uses the image. */
  readonly unneededImages: mongo.Collection<UnneededTag>;
  /** Images without a tag that builds made on their way, until nothing needs them. */
  readonly madeImages: mongo.Collection<IntermediateImage>;
  /**
   * The choices for the whole installation: its cluster id and the port of the run listener once; the runtime it worked
   * with last.
   */
  readonly installation: mongo.Collection<{ _id: string; value: string | number }>;

  /** The processes of the installation: `presence.ts` alone writes it. */
  readonly processes: mongo.Collection<Processes>;

  readonly connection: Connection;
  /** The clock of the server that owns the data: leases must not depend on ours. */
  now(): Promise<Date>;
}
