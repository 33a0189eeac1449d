import type { Connection, mongo } from "mongoose";
import { BSON, int32At, RawDocument } from "../documents/raw-document.js";

/** The time that reads may take. */
export interface ReadLimit {
  /** Aborted if the time is over or the client has left; its reason is written for the client. */
  readonly signal: AbortSignal;
  /** In milliseconds of `performance.now()`. */
  readonly endsAt: number;
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
      { find: collection, ...rest, batchSize: most + 1 },
      () => this.database.collection(collection).find(rest.filter, { ...rest, raw: true, ...this.options() }) as never,
    );
  }

  aggregate(collection: string, { most, pipeline }: AggregateRequest): Promise<RawDocument[]> {
    return this.read(
      { aggregate: collection, pipeline, cursor: { batchSize: most + 1 } },
      () => this.database.collection(collection).aggregate([...pipeline], { raw: true, ...this.options() }) as never,
    );
  }

  /** @param cursor gives the same documents as a cursor of the driver. It repeats reads that a failover has ended. */
  private async read(
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
    // With `raw` the driver leaves documents inside of the answer as bytes.
    const documents = answer && wholeBatch(answer as { cursor: Uint8Array });
    return documents ?? (await cursor().toArray()).map((bytes) => new RawDocument(bytes, 0));
  }

  private get database(): mongo.Db {
    return this.connection.db as mongo.Db;
  }

  /** Returns the remaining time as options of a read. @throws the reason for which the signal was aborted. */
  private options(): { signal?: AbortSignal; maxTimeMS?: number } {
    if (!this.limit) return {};
    const { signal, endsAt } = this.limit;
    signal.throwIfAborted();
    return { signal, maxTimeMS: Math.max(1, Math.ceil(endsAt - performance.now())) };
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

/** The codes of a server that steps down, shuts down or was unreachable for another. */
const REPEATABLE_CODES = new Set([6, 7, 89, 91, 134, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436]);

/** Returns the documents of a cursor in an answer; null if it has more. */
function wholeBatch({ cursor: bytes }: { readonly cursor: Uint8Array }): RawDocument[] | null {
  const cursor = new RawDocument(bytes, 0);
  return isZero(bytes, cursor.elementOf("id")) ? cursor.documents("firstBatch") : null;
}

/** True if an element is the number that stands for a cursor without more. */
function isZero(bytes: Uint8Array, element: number): boolean {
  const at = element + "id".length + 2;
  return bytes[element] === BSON.INT64 && int32At(bytes, at) === 0 && int32At(bytes, at + 4) === 0;
}
