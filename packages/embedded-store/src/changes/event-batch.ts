import { BsonWriter } from "../bson/bson-writer.js";
import { ElementType } from "../bson/element-type.js";
import type { Value } from "../bson/value.js";
import { timestampValue } from "../bson/make-value.js";
import { writeTokenField } from "./change-event.js";

/** Enough for speed: what is not sent stays on the disk. */
const BYTES = 1024 * 1024;

export interface BatchEnd {
  readonly id: bigint;
  readonly namespace: string;
  /** Where the next batch begins, for the client to resume. */
  readonly token: string;
  readonly isInvalidated: boolean;
  readonly operationTime: bigint;
}

/** A reply with events, being written. */
export class EventBatch {
  private readonly writer = new BsonWriter(1024);
  private readonly begun: number;
  private readonly cursor: number;
  private readonly list: number;
  count = 0;

  constructor(
    name: "firstBatch" | "nextBatch",
    private readonly mostEvents: number,
  ) {
    this.begun = this.writer.begin();
    this.cursor = this.writer.beginField(ElementType.OBJECT, "cursor");
    this.list = this.writer.beginField(ElementType.ARRAY, name);
  }

  get isFull(): boolean {
    return this.count >= this.mostEvents || this.writer.length > BYTES;
  }

  add(event: Value): void {
    this.writer.value(String(this.count++), event);
  }

  finished({ id, namespace, token, isInvalidated, operationTime }: BatchEnd): Buffer {
    const { writer } = this;
    writer.end(this.list);
    writeTokenField(writer, "postBatchResumeToken", token);
    if (isInvalidated) writer.bool("invalidated", true);
    writer.int64("id", id);
    writer.string("ns", namespace);
    writer.end(this.cursor);
    writer.double("ok", 1);
    writer.value("operationTime", timestampValue(operationTime));
    writer.end(this.begun);
    return writer.finished();
  }
}
