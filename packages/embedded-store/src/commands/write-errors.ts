import type { BsonWriter } from "../bson/bson-writer.js";
import { ElementType } from "../bson/element-type.js";
import { CommandError } from "../command-error.js";
import { writeError } from "./reply.js";

export const MOST_STATEMENTS = 100_000;

export interface WriteFailure {
  /** Which statement of the command. */
  readonly index: number;
  readonly error: CommandError;
}

/** What a statement may fail with; anything else is a fault of ours and breaks the command off. */
export function refusal(error: unknown): CommandError {
  if (error instanceof CommandError) return error;
  throw error;
}

export function writeErrors(writer: BsonWriter, failures: readonly WriteFailure[]): void {
  if (failures.length === 0) return;
  const list = writer.beginField(ElementType.ARRAY, "writeErrors");
  failures.forEach(({ index, error }, at) => {
    const entry = writer.beginField(ElementType.OBJECT, String(at));
    writer.int32("index", index);
    writeError(writer, error);
    writer.end(entry);
  });
  writer.end(list);
}
