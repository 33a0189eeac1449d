import { randomBytes } from "node:crypto";
import { BsonWriter } from "../bson/bson-writer.js";
import type { ReplyBuffers } from "../bson/reply-buffers.js";
import { exactNumber } from "../bson/compare-values.js";
import { ElementType, fieldsOf, type Value } from "../bson/value.js";
import { CommandError, notImplemented } from "../errors/command-error.js";
import { type Projection, writeElement } from "../query/projected-bytes.js";
import { type Deadline, drive, type Paused } from "../search/paused.js";

const FIRST_BATCH = 101;
const BATCH_BYTES = 16 * 1024 * 1024 - 64 * 1024;
const IDLE_MS = 10 * 60 * 1000;

interface OpenCursor {
  readonly namespace: string;
  readonly results: Paused<Value>;
  readonly projection: Projection | undefined;
  /** Taken from the results, but not sent: the batch was full. */
  pending: Value | undefined;
  lastUsed: number;
  isBusy: boolean;
}

interface BatchWish {
  readonly namespace: string;
  /** What is wanted of each document; undefined for all. */
  readonly projection?: Projection | undefined;
  readonly batchSize: number | undefined;
  readonly isSingle: boolean;
  readonly deadline: Deadline;
}

/** Searches that go on from batch to batch. */
export class Cursors {
  private readonly open = new Map<bigint, OpenCursor>();

  constructor(private readonly buffers: ReplyBuffers) {}

  /** The first batch as a reply, and a cursor for the rest if there is one. */
  async start(results: Paused<Value>, wish: BatchWish): Promise<Buffer> {
    const cursor: OpenCursor = {
      namespace: wish.namespace,
      results,
      projection: wish.projection,
      pending: undefined,
      lastUsed: Date.now(),
      isBusy: true,
    };
    const size = wish.batchSize ?? FIRST_BATCH;
    const { written, isDone } = await this.fill(cursor, size, "firstBatch", wish.deadline);
    cursor.isBusy = false;
    if (isDone || wish.isSingle) {
      results.return();
      return written(0n);
    }
    const id = randomBytes(8).readBigUInt64LE() >> 1n || 1n;
    this.open.set(id, cursor);
    return written(id);
  }

  /** @throws CommandError for a cursor that does not exist. */
  async more(id: bigint, namespace: string, batchSize: number | undefined, deadline: Deadline): Promise<Buffer> {
    const cursor = this.open.get(id);
    if (!cursor) throw new CommandError("CursorNotFound", `cursor id ${id} not found`);
    if (cursor.namespace !== namespace)
      throw new CommandError(
        "BadValue",
        `Requested getMore on namespace '${namespace}', but cursor belongs to a different namespace ${cursor.namespace}`,
        13,
      );
    if (cursor.isBusy) throw new CommandError("BadValue", `cursor id ${id} is already in use`, 12051);
    cursor.isBusy = true;
    this.open.delete(id);
    const { written, isDone } = await this.fill(cursor, batchSize ?? Infinity, "nextBatch", deadline);
    cursor.isBusy = false;
    cursor.lastUsed = Date.now();
    if (!isDone) this.open.set(id, cursor);
    return written(isDone ? 0n : id);
  }

  private async fill(cursor: OpenCursor, batchSize: number, name: string, deadline: Deadline): Promise<Filled> {
    const writer = new BsonWriter(this.buffers.take());
    const begun = writer.begin();
    const cursorBegun = writer.beginField(ElementType.OBJECT, "cursor");
    const batch = writer.beginField(ElementType.ARRAY, name);
    let count = 0;
    const add = (document: Value): boolean => {
      const before = writer.length;
      if (count < batchSize) {
        writeElement(writer, count, document, cursor.projection);
        if (++count === 1 || writer.length <= BATCH_BYTES) return true;
      }
      writer.cutTo(before);
      cursor.pending = document.copied();
      return false;
    };
    const { pending } = cursor;
    cursor.pending = undefined;
    let isDone = false;
    if (!pending || add(pending)) isDone = batchSize === 0 ? false : await drive(cursor.results, add, deadline);
    writer.end(batch);
    const written = (id: bigint): Buffer => {
      writer.int64("id", id);
      writer.string("ns", cursor.namespace);
      writer.end(cursorBegun);
      writer.double("ok", 1);
      writer.end(begun);
      return this.buffers.lend(writer.finished(), writer.buffer);
    };
    return { written, isDone };
  }

  kill(id: bigint): boolean {
    const cursor = this.open.get(id);
    cursor?.results.return();
    return this.open.delete(id);
  }

  get count(): number {
    return this.open.size;
  }

  killIdle(): void {
    for (const [id, { lastUsed }] of this.open) if (Date.now() - lastUsed > IDLE_MS) this.kill(id);
  }
}

interface Filled {
  readonly written: (id: bigint) => Buffer;
  readonly isDone: boolean;
}

/** The size of the first batch in a command's `cursor`. @throws CommandError for any other option there. */
export function batchSizeIn(cursor: Value | undefined): number | undefined {
  if (!cursor) return undefined;
  let size: number | undefined;
  for (const [name, value] of fieldsOf(cursor)) {
    if (name !== "batchSize") throw notImplemented(`the cursor option ${name}`);
    size = Number(exactNumber(value));
  }
  return size;
}
