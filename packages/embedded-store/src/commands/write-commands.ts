import type { BsonWriter } from "../bson/bson-writer.js";
import { exactNumber } from "../bson/compare-values.js";
import { ElementType, fieldsOf, type Value } from "../bson/value.js";
import type { Collection } from "../collections/collection.js";
import type { Engine } from "../engine/engine.js";
import { CommandError, notImplemented } from "../errors/command-error.js";
import { compileCondition } from "../query/condition.js";
import { parseFilter } from "../query/parse-filter.js";
import { search } from "../search/find-records.js";
import { type Deadline, drive, driveAtOnce, type Found } from "../search/paused.js";
import type { Wish } from "../search/plan.js";
import { prepared } from "../update/update-document.js";
import { hintedBy } from "./find-command.js";
import { type Command, reply, type Request, type StoreState, writeError } from "./request.js";

export const insert: Command = async (request, { engine, catalog }) => {
  request.allow("documents", "ordered", "bypassDocumentValidation");
  const documents = request.list("documents");
  const isOrdered = request.flag("ordered", true);
  if (documents.length === 0 || documents.length > MOST_STATEMENTS) {
    throw new CommandError(
      "InvalidLength",
      `Write batch sizes must be between 1 and ${MOST_STATEMENTS}. Got ${documents.length} operations.`,
    );
  }
  const outcome = await engine.write(() => {
    const failures: WriteFailure[] = [];
    let count = 0;
    const collection = catalog.orCreate(request.database, request.collection);
    for (const [index, document] of documents.entries()) {
      try {
        collection.insert(prepared(document));
        count += 1;
      } catch (error) {
        failures.push({ index, error: refusal(error) });
        if (isOrdered) break;
      }
    }
    return { failures, count };
  });
  return reply((writer) => {
    writer.int32("n", outcome.count);
    writeErrors(writer, outcome.failures);
  });
};

export const remove: Command = async (request, state) => {
  request.allow("deletes", "ordered");
  const isOrdered = request.flag("ordered", true);
  const failures: WriteFailure[] = [];
  let count = 0;
  for (const [index, statement] of request.list("deletes").entries()) {
    try {
      count += await removeBy(statement, request, state);
    } catch (error) {
      failures.push({ index, error: refusal(error) });
      if (isOrdered) break;
    }
  }
  return reply((writer) => {
    writer.int32("n", count);
    writeErrors(writer, failures);
  });
};

async function removeBy(statement: Value, request: Request, { engine, catalog }: StoreState): Promise<number> {
  const given = new Map(fieldsOf(statement));
  for (const name of given.keys())
    if (!["q", "limit", "hint"].includes(name)) throw notImplemented(`the option ${name} of delete`);
  const [filter, limit] = [given.get("q"), given.get("limit")];
  if (!filter?.isObject || !limit)
    throw new CommandError("FailedToParse", "BSON field 'delete.deletes.q' is missing but a required field", 40414);
  const most = Number(exactNumber(limit));
  if (most !== 0 && most !== 1)
    throw new CommandError("FailedToParse", `The limit field in delete objects must be 0 or 1. Got ${most}`);
  const condition = parseFilter(filter);
  const collection = catalog.collection(request.database, request.collection);
  if (!collection) return 0;
  const wish = { condition, sort: [], hint: hintedBy(given.get("hint"), collection) };
  let count = 0;
  if (most === 0) {
    await applyToAll(engine, collection, wish, request.deadline, ({ record, document }) => {
      collection.remove(record, document);
      count += 1;
    });
    return count;
  }
  await applyToOne(
    engine,
    () => catalog.collection(request.database, request.collection),
    wish,
    (target) => {
      if (!target) return;
      collection.remove(target.record, target.document);
      count = 1;
    },
  );
  return count;
}

export const MOST_STATEMENTS = 100_000;

export interface WriteFailure {
  /** The number of the statement in the command. */
  readonly index: number;
  readonly error: CommandError;
}

/** Returns what a statement may fail with; anything else is a fault of ours and breaks the command off. */
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

/** The first document of a wish, its bytes its own, or undefined if there is none. */
export interface Target {
  readonly record: number;
  readonly document: Value;
}

const own = ({ record, document }: Found): Target => ({ record, document: document.copied() });

/**
 * Finds one document and changes it, both within one write, so that nobody comes between. A search that takes long
 * is done before the write instead; then the document found is looked at again, and the search repeated if it
 * has changed meanwhile. If nothing is found `change` is called within a write that has searched to the end.
 */
export async function applyToOne<T>(
  engine: Engine,
  collectionOf: () => Collection | undefined,
  wish: Wish,
  change: (target: Target | undefined) => T,
): Promise<T> {
  const first = { ...wish, limit: 1 };
  const matches = compileCondition(wish.condition);
  const attempt = (mayTakeLong: boolean) => () => {
    const collection = collectionOf();
    if (!collection) return { outcome: change(undefined) };
    let target: Target | undefined;
    const isDone = driveAtOnce(
      search(engine, collection, first).results,
      (found) => ((target = own(found)), false),
      mayTakeLong,
    );
    return isDone ? { outcome: change(target) } : undefined;
  };
  const atOnce = await engine.write(attempt(false));
  if (atOnce) return atOnce.outcome;
  for (;;) {
    const collection = collectionOf();
    let candidate: number | undefined;
    if (collection)
      await drive(search(engine, collection, first).results, ({ record }) => ((candidate = record), false));
    if (candidate === undefined) return (await engine.write(attempt(true)))!.outcome;
    const record = candidate;
    const done = await engine.write(() => {
      const document = collection!.document(record);
      return document && matches(document) ? { outcome: change(own({ record, document })) } : undefined;
    });
    if (done) return done.outcome;
  }
}

/** One write holds no more changes than these, so that others get their turn. */
const PORTION = 256;

/** Changes every document of a wish that still matches when its turn comes; as in MongoDB, not all at one moment. */
export async function applyToAll(
  engine: Engine,
  collection: Collection,
  wish: Wish,
  deadline: Deadline | undefined,
  change: (target: Target) => void,
): Promise<void> {
  const records: number[] = [];
  await drive(search(engine, collection, wish).results, ({ record }) => records.push(record) > 0, deadline);
  const matches = compileCondition(wish.condition);
  for (let at = 0; at < records.length; at += PORTION) {
    await engine.write(() => {
      if (collection.isDropped) return;
      for (const record of records.slice(at, at + PORTION)) {
        const document = collection.document(record);
        if (document && matches(document)) change({ record, document: document.copied() });
      }
    });
  }
}
