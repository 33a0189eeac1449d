import { serialize } from "bson";
import { BsonWriter } from "../bson/bson-writer.js";
import { exactNumber, isNumber, isTruthy } from "../bson/compare-values.js";
import { elementsOf, ElementType, fieldsOf, stringOf, typeName, type Value } from "../bson/value.js";
import type { ReplyBuffers } from "../bson/reply-buffers.js";
import type { ChangeStreams } from "../changes/change-streams.js";
import type { Catalog } from "../collections/catalog.js";
import type { Engine } from "../engine/engine.js";
import { CommandError, DuplicateKeyError, notImplemented } from "../errors/command-error.js";
import { Client, Deadline } from "../search/paused.js";
import type { Cursors } from "./cursors.js";

/** Options that every command may carry and none of ours acts on: one process has one clock, one copy and synced writes. */
const ALWAYS = new Set([
  "$db",
  "lsid",
  "$clusterTime",
  "$readPreference",
  "readConcern",
  "writeConcern",
  "comment",
  "maxTimeMS",
  "apiStrict",
  "apiDeprecationErrors",
]);
const READ_CONCERNS = new Set(["local", "majority", "available"]);

/** A command as it came, with its options checked one by one. */
export class Request {
  readonly name: string;
  readonly deadline: Deadline;

  constructor(
    readonly fields: ReadonlyMap<string, Value>,
    private readonly sequences: ReadonlyMap<string, readonly Value[]>,
    readonly client = new Client(),
  ) {
    this.name = [...fields.keys()][0] ?? "";
    const limit = this.number("maxTimeMS") ?? 0;
    this.deadline = new Deadline(client, limit > 0 ? Date.now() + limit : Infinity);
  }

  get database(): string {
    return this.text("$db");
  }

  /** @throws CommandError for an option that is neither named here nor harmless. */
  allow(...names: readonly string[]): void {
    const allowed = new Set([this.name, ...names]);
    for (const [name, value] of this.fields) {
      if (allowed.has(name) || ALWAYS.has(name)) continue;
      if (name === "autocommit" || name === "startTransaction" || name === "txnNumber") throw noTransactions();
      if (name === "collation" && isSimple(value)) continue;
      throw notImplemented(`the option ${name} of ${this.name}`);
    }
    const level = this.fields.get("readConcern");
    if (level?.isObject) checkReadConcern(level);
  }

  private of(name: string, type: number): Value | undefined {
    const value = this.fields.get(name);
    if (!value || value.type === ElementType.NULL) return undefined;
    if (value.type !== type) {
      throw this.wrongType(name, value, `type '${typeName(type)}'`);
    }
    return value;
  }

  text(name: string): string {
    const value = this.of(name, ElementType.STRING);
    if (!value) throw this.missing(name);
    return stringOf(value);
  }

  /** The collection that the command is about. */
  get collection(): string {
    return this.text(this.name);
  }

  document(name: string): Value | undefined {
    return this.of(name, ElementType.OBJECT);
  }

  number(name: string): number | undefined {
    const value = this.fields.get(name);
    if (!value || value.type === ElementType.NULL) return undefined;
    if (!isNumber(value)) throw this.wrongType(name, value, "a number");
    return Number(exactNumber(value));
  }

  flag(name: string, otherwise = false): boolean {
    const value = this.fields.get(name);
    return value ? isTruthy(value) : otherwise;
  }

  /** A list, in the body or beside it. */
  list(name: string): readonly Value[] {
    const beside = this.sequences.get(name);
    if (beside) return beside;
    const value = this.of(name, ElementType.ARRAY);
    if (!value) throw this.missing(name);
    return elementsOf(value);
  }

  private missing(name: string): CommandError {
    return new CommandError(
      "FailedToParse",
      `BSON field '${this.name}.${name}' is missing but a required field`,
      40414,
    );
  }

  private wrongType(name: string, { type }: Value, expected: string): CommandError {
    return new CommandError(
      "TypeMismatch",
      `BSON field '${this.name}.${name}' is the wrong type '${typeName(type)}', expected ${expected}`,
    );
  }
}

export const noTransactions = (): CommandError =>
  new CommandError(
    "IllegalOperation",
    "Transaction numbers are only allowed on a replica set member or mongos; the embedded store has no transactions.",
  );

function isSimple(collation: Value): boolean {
  return (
    collation.isObject &&
    /locale\0.\0\0\0simple/s.test(collation.bytes.toString("latin1", collation.start, collation.end))
  );
}

function checkReadConcern(concern: Value): void {
  for (const [name, value] of fieldsOf(concern)) {
    if (name === "level" && value.type === ElementType.STRING && READ_CONCERNS.has(stringOf(value))) continue;
    if (name === "afterClusterTime") continue;
    throw notImplemented(`readConcern ${name}${value.type === ElementType.STRING ? ` "${stringOf(value)}"` : ""}`);
  }
}

/** A reply that went well, its fields written by `write`. */
export function reply(write: (writer: BsonWriter) => void = () => {}): Buffer {
  const writer = new BsonWriter(512);
  const begun = writer.begin();
  write(writer);
  writer.double("ok", 1);
  writer.end(begun);
  return writer.finished();
}

/** A reply given as an object, if no exact types matter. */
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
  writer.document("keyPattern", error.keyPattern);
  writer.document("keyValue", error.keyValue);
}

/** The parts of the store that commands work on. */
export interface StoreState {
  readonly engine: Engine;
  readonly catalog: Catalog;
  readonly cursors: Cursors;
  readonly buffers: ReplyBuffers;
  readonly streams: ChangeStreams;
  /** Tells the caretaker that key spaces are to be emptied. */
  sweepSoon(): void;
}

export type Command = (request: Request, state: StoreState) => Promise<Buffer> | Buffer;
