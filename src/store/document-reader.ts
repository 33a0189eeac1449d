import { BSONType } from "bson";
import type { Connection, mongo } from "mongoose";
import { int32At, RawDocument } from "../documents/raw-document.js";
import { UNAVAILABLE_CODES } from "./store-errors.js";

/** The time that reads may take. */
export interface ReadLimit {
  /** Aborted if the time is over or the client has left; its reason is written for the client. */
  readonly signal: AbortSignal;
  /** In milliseconds of `performance.now()`. */
  readonly endsAt: number;
}

/** The limit as options of the driver. */
export interface ReadOptions {
  readonly signal: AbortSignal;
  readonly maxTimeMS: number;
}

/** Returns the remaining time as options of a read. @throws the reason for which the signal was aborted. */
export function readOptions({ signal, endsAt }: ReadLimit): ReadOptions {
  signal.throwIfAborted();
  return { signal, maxTimeMS: Math.max(1, Math.ceil(endsAt - performance.now())) };
}

/** A find by indexed fields. */
export interface FindRequest {
  readonly filter: mongo.Document;
  readonly projection: mongo.Document;
  readonly sort?: mongo.Document;
  readonly limit?: number;
  /** The documents that the answer has at most: they come in one batch. */
  readonly most: number;
}

export interface AggregateRequest {
  readonly pipeline: readonly object[];
  /** The documents that the answer has at most: they come in one batch. */
  readonly most: number;
}

/**
 * Reads documents in bulk, as bytes. One command gets one answer: a cursor of the driver, and the objects that it makes,
 * cost up to ten times as much.
 */
export class DocumentReader {
  constructor(
    private readonly connection: Connection,
    private readonly limit?: ReadLimit,
  ) {}

  /** Returns a reader whose reads end with an operation's time. */
  within(limit: ReadLimit): DocumentReader {
    return new DocumentReader(this.connection, limit);
  }

  find(collection: string, { most, ...rest }: FindRequest): Promise<RawDocument[]> {
    return this.read(
      collection,
      { find: collection, ...rest, batchSize: most + 1 },
      () => this.database.collection(collection).find(rest.filter, { ...rest, raw: true, ...this.options() }) as never,
    );
  }

  aggregate(collection: string, { most, pipeline }: AggregateRequest): Promise<RawDocument[]> {
    return this.read(
      collection,
      { aggregate: collection, pipeline, cursor: { batchSize: most + 1 } },
      () => this.database.collection(collection).aggregate([...pipeline], { raw: true, ...this.options() }) as never,
    );
  }

  /**
   * @param cursor gives the same documents as a cursor of the driver. It takes more than one reply of the store, and
   * repeats reads that a failover has ended.
   */
  private async read(
    collection: string,
    command: mongo.Document,
    cursor: () => AsyncIterable<Uint8Array> & { toArray(): Promise<Uint8Array[]> },
  ): Promise<RawDocument[]> {
    const { signal, ...limits } = this.options();
    const answer = await this.database
      .command({ ...command, readConcern: READ_CONCERN, ...limits }, {
        raw: true,
        ...(signal && { signal }),
      } as mongo.RunCommandOptions)
      .catch((error: unknown) => {
        if (isRepeatable(error)) return null;
        throw error;
      });
    if (answer) {
      // With `raw` the driver leaves documents inside of the answer as bytes.
      const batch = new RawDocument((answer as { cursor: Uint8Array }).cursor, 0);
      if (isWhole(batch)) return batch.documents("firstBatch");
      // A cursor of a command has a session of its own, and the driver could not go on with it.
      await this.database.command({ killCursors: collection, cursors: [batch.get("id")] }).catch(() => undefined);
    }
    return (await cursor().toArray()).map((bytes) => new RawDocument(bytes, 0));
  }

  private get database(): mongo.Db {
    return this.connection.db as mongo.Db;
  }

  private options(): Partial<ReadOptions> {
    return this.limit ? readOptions(this.limit) : {};
  }
}

const READ_CONCERN = { level: "majority" } as const;

/** True if the driver would repeat a read after this error. */
function isRepeatable(error: unknown): boolean {
  const { name, code } = error as { readonly name?: string; readonly code?: unknown };
  return REPEATABLE_NAMES.has(name ?? "") || (name === "MongoServerError" && REPEATABLE_CODES.has(Number(code)));
}

const REPEATABLE_NAMES = new Set([
  "MongoNetworkError",
  "MongoNetworkTimeoutError",
  "PoolClearedOnNetworkError",
  "MongoPoolClearedError",
]);

/** And 134: the server has no majority yet to read from. */
const REPEATABLE_CODES = new Set([...UNAVAILABLE_CODES, 134]);

/** True if a batch has all documents: then its cursor has the number zero. */
function isWhole(batch: RawDocument): boolean {
  const { bytes } = batch;
  const id = batch.elementOf("id");
  const at = id + "id".length + 2;
  return bytes[id] === BSONType.long && int32At(bytes, at) === 0 && int32At(bytes, at + 4) === 0;
}
