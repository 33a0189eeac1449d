import type { BsonWriter } from "../bson/bson-writer.js";
import { ElementType } from "../bson/element-type.js";
import { documentValue, fieldOf, fieldsOf, type Value } from "../bson/value.js";
import { CommandError, notImplemented } from "../command-error.js";
import { isTruthy } from "../bson/truthy.js";
import { parseFilter } from "../query/parse-filter.js";
import type { Wish } from "../query/plan.js";
import { parseUpdate, type Update } from "../update/parse-update.js";
import { updated, upserted } from "../update/update-document.js";
import { applyToAll } from "./apply-to-all.js";
import { applyToOne, type Target } from "./apply-to-one.js";
import { reply } from "./reply.js";
import type { Request } from "./request.js";
import type { Command, StoreState } from "./store-state.js";
import { refusal, writeErrors, type WriteFailure } from "./write-errors.js";
import { hintedBy } from "./find-command.js";

const ID = Buffer.from("_id");

interface Statement {
  readonly wish: Wish;
  readonly update: Update;
  readonly isMulti: boolean;
  readonly isUpsert: boolean;
  readonly hint: Value | undefined;
}

interface Outcome {
  matched: number;
  modified: number;
  upserted?: Value;
}

export const update: Command = async (request, state) => {
  request.allow("updates", "ordered", "bypassDocumentValidation");
  const isOrdered = request.flag("ordered", true);
  const failures: WriteFailure[] = [];
  const outcomes: (Outcome & { index: number })[] = [];
  for (const [index, statement] of request.list("updates").entries()) {
    try {
      outcomes.push({ index, ...(await carryOut(parseStatement(statement), request, state)) });
    } catch (error) {
      failures.push({ index, error: refusal(error) });
      if (isOrdered) break;
    }
  }
  return reply((writer) => {
    writer.int32(
      "n",
      outcomes.reduce((sum, { matched, upserted }) => sum + matched + (upserted ? 1 : 0), 0),
    );
    writer.int32(
      "nModified",
      outcomes.reduce((sum, { modified }) => sum + modified, 0),
    );
    writeUpserted(writer, outcomes);
    writeErrors(writer, failures);
  });
};

function writeUpserted(writer: BsonWriter, outcomes: readonly (Outcome & { index: number })[]): void {
  const inserted = outcomes.filter((each) => each.upserted);
  if (inserted.length === 0) return;
  const list = writer.beginField(ElementType.ARRAY, "upserted");
  inserted.forEach(({ index, upserted }, at) => {
    const entry = writer.beginField(ElementType.OBJECT, String(at));
    writer.int32("index", index);
    writer.value("_id", upserted!);
    writer.end(entry);
  });
  writer.end(list);
}

function parseStatement(statement: Value): Statement {
  const given = new Map(fieldsOf(statement));
  for (const name of given.keys()) {
    if (!["q", "u", "multi", "upsert", "hint"].includes(name)) throw notImplemented(`the option ${name} of update`);
  }
  const [filter, change] = [given.get("q"), given.get("u")];
  if (!filter?.isObject || !change)
    throw new CommandError("FailedToParse", "BSON field 'update.updates.q' is missing but a required field", 40414);
  const isSet = (name: string): boolean => given.has(name) && isTruthy(given.get(name)!);
  const parsed = parseUpdate(change);
  if (isSet("multi") && parsed.kind === "replacement")
    throw new CommandError("FailedToParse", "multi update is not supported for replacement-style update");
  return {
    wish: { condition: parseFilter(filter, isSet("upsert") ? "upsert" : "find"), sort: [] },
    update: parsed,
    isMulti: isSet("multi"),
    isUpsert: isSet("upsert"),
    hint: given.get("hint"),
  };
}

async function carryOut(statement: Statement, request: Request, state: StoreState): Promise<Outcome> {
  const { database, collection: name } = request;
  const { engine, catalog } = state;
  const { isMulti, isUpsert, update: change } = statement;
  const existing = catalog.collection(database, name);
  const wish = { ...statement.wish, hint: existing && hintedBy(statement.hint, existing) };
  const outcome: Outcome = { matched: 0, modified: 0 };
  const apply = ({ record, document }: Target): void => {
    if (replaceWith(state, database, name, record, document, updated(document, change))) outcome.modified += 1;
    outcome.matched += 1;
  };
  if (isMulti && existing) await applyToAll(engine, existing, wish, request.deadline, apply);
  if (outcome.matched > 0 || (isMulti && !isUpsert) || (!existing && !isUpsert)) return outcome;
  await applyToOne(
    engine,
    () => catalog.collection(database, name),
    wish,
    (target) => {
      if (target) return apply(target);
      if (!isUpsert) return undefined;
      const document = upserted(wish.condition, change);
      catalog.orCreate(database, name).insert(document);
      outcome.upserted = fieldOf(documentValue(document), ID)!;
    },
  );
  return outcome;
}

/** @returns whether anything changed. */
export function replaceWith(
  { catalog }: StoreState,
  database: string,
  name: string,
  record: number,
  before: Value,
  after: Buffer,
): boolean {
  const isSame =
    after.length === before.end - before.start &&
    before.bytes.compare(after, 0, after.length, before.start, before.end) === 0;
  if (!isSame) catalog.collection(database, name)!.replace(record, before, after);
  return !isSame;
}
