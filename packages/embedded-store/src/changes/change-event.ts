import { BsonWriter } from "../bson/bson-writer.js";
import { ElementType } from "../bson/element-type.js";
import { dateValue, timestampValue } from "../bson/make-value.js";
import { documentValue, fieldOf, type Value } from "../bson/value.js";
import { timestampOf, wallTimeOf } from "../engine/record-clock.js";
import { writeToken } from "./resume-token.js";
import type { Insert } from "./read-inserts.js";
import type { Watched } from "./watched.js";

const ID = Buffer.from("_id");
const FRAME = 512;

export function writeTokenField(writer: BsonWriter, name: string, token: string): void {
  const begun = writer.beginField(ElementType.OBJECT, name);
  writer.string("_data", token);
  writer.end(begun);
}

/** An insert as MongoDB 6 tells of it, the fields in its order. */
export function insertEvent(watched: Watched, { record, document }: Insert): Value {
  const { database, name, identity } = watched;
  const writer = new BsonWriter(document.end - document.start + FRAME);
  const begun = writer.begin();
  writeHead(writer, "insert", record, writeToken({ position: record, isInvalidate: false, identity }));
  writer.value("fullDocument", document);
  const namespace = writer.beginField(ElementType.OBJECT, "ns");
  writer.string("db", database);
  writer.string("coll", name);
  writer.end(namespace);
  const key = writer.beginField(ElementType.OBJECT, "documentKey");
  writer.value("_id", fieldOf(document, ID)!);
  writer.end(key);
  writer.end(begun);
  return documentValue(writer.finished());
}

/** The collection was dropped: nothing follows. */
export function invalidateEvent(record: number, token: string): Value {
  const writer = new BsonWriter();
  const begun = writer.begin();
  writeHead(writer, "invalidate", record, token);
  writer.end(begun);
  return documentValue(writer.finished());
}

function writeHead(writer: BsonWriter, operation: string, record: number, token: string): void {
  writeTokenField(writer, "_id", token);
  writer.string("operationType", operation);
  writer.value("clusterTime", timestampValue(timestampOf(record)));
  writer.value("wallTime", dateValue(wallTimeOf(record)));
}
