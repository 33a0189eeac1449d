import { serialize } from "bson";
import { BsonWriter } from "../bson/bson-writer.js";
import type { CommandError } from "../command-error.js";
import { DuplicateKeyError } from "../command-error.js";

/** A reply that went well, its fields written by `write`. */
export function reply(write: (writer: BsonWriter) => void = () => {}): Buffer {
  const writer = new BsonWriter(512);
  const begun = writer.begin();
  write(writer);
  writer.double("ok", 1);
  writer.end(begun);
  return writer.finished();
}

/** A reply given as an object, where no exact types matter. */
export const plainReply = (fields: object): Buffer =>
  Buffer.from(serialize({ ...fields, ok: 1 }, { ignoreUndefined: true }));

export function errorReply(error: CommandError): Buffer {
  const writer = new BsonWriter();
  const begun = writer.begin();
  writer.double("ok", 0);
  writeError(writer, error);
  writer.string("codeName", error.codeName);
  writer.end(begun);
  return writer.finished();
}

export function writeError(writer: BsonWriter, error: CommandError): void {
  writer.int32("code", error.code);
  writer.string("errmsg", error.message);
  if (!(error instanceof DuplicateKeyError)) return;
  writer.value("keyPattern", error.keyPattern);
  writer.document("keyValue", error.keyValue);
}
