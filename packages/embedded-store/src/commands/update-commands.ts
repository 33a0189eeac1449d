import type { BsonWriter } from "../bson/bson-writer.js";
import { isTruthy } from "../bson/compare-values.js";
import { documentValue, ElementType, fieldOf, fieldsOf, type Value } from "../bson/value.js";
import { CommandError, notImplemented } from "../errors/command-error.js";
import { EVERYTHING } from "../query/condition.js";
import { parseFilter } from "../query/parse-filter.js";
import { parseProjection } from "../query/projection.js";
import type { Wish } from "../search/plan.js";
import { parseSort } from "../search/sort.js";
import { parseUpdate, type Update } from "../update/parse-update.js";
import { updated, upserted } from "../update/update-document.js";
import { hintedBy } from "./find-command.js";
import { type Command, reply, type Request, type StoreState } from "./request.js";
import { applyToAll, applyToOne, refusal, type Target, writeErrors, type WriteFailure } from "./write-commands.js";

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
  const run = async (statement: Value, index: number): Promise<void> => {
    try {
      outcomes.push({ index, ...(await carryOut(parseStatement(statement), request, state)) });
    } catch (error) {
      failures.push({ index, error: refusal(error) });
    }
  };
  const statements = request.list("updates");
  // Unordered ones wait together, and share a sync.
  if (!isOrdered) await Promise.all(statements.map(run));
  else for (let at = 0; at < statements.length && failures.length === 0; at += 1) await run(statements[at]!, at);
  outcomes.sort((one, other) => one.index - other.index);
  failures.sort((one, other) => one.index - other.index);
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

/** @returns true if anything changed. */
function replaceWith(
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

interface Modified {
  readonly value?: Value;
  readonly existed: boolean;
  readonly upserted?: Value;
}

export const findAndModify: Command = async (request, state) => {
  request.allow("query", "sort", "remove", "update", "new", "fields", "upsert", "hint", "bypassDocumentValidation");
  const { database, collection: name } = request;
  const { engine, catalog } = state;
  const filter = request.document("query");
  const given = request.fields.get("update");
  const [isRemoval, isNewWanted, isUpsert] = [request.flag("remove"), request.flag("new"), request.flag("upsert")];
  if (isRemoval === (given !== undefined))
    throw new CommandError(
      "FailedToParse",
      isRemoval ? "Cannot specify both an update and remove=true" : "Either an update or remove=true must be specified",
    );
  if (isRemoval && isUpsert) throw new CommandError("FailedToParse", "Cannot specify both upsert=true and remove=true");
  if (isRemoval && isNewWanted)
    throw new CommandError(
      "FailedToParse",
      "Cannot specify both new=true and remove=true; 'remove' always returns the deleted document",
    );
  const change = given && parseUpdate(given);
  const projection = parseProjection(request.document("fields"));
  const condition = filter ? parseFilter(filter, isUpsert ? "upsert" : "find") : EVERYTHING;
  const existing = catalog.collection(database, name);
  const wish = {
    condition,
    sort: parseSort(request.document("sort")),
    hint: existing && hintedBy(request.fields.get("hint"), existing),
  };

  const apply = (target: Target | undefined): Modified => {
    if (!target) {
      if (!isUpsert || !change) return { existed: false };
      const document = upserted(condition, change);
      catalog.orCreate(database, name).insert(document);
      const value = documentValue(document);
      return { existed: false, upserted: fieldOf(value, ID)!, ...(isNewWanted && { value }) };
    }
    const { record, document } = target;
    if (!change) {
      catalog.collection(database, name)!.remove(record, document);
      return { existed: true, value: document };
    }
    const after = updated(document, change);
    replaceWith(state, database, name, record, document, after);
    return { existed: true, value: isNewWanted ? documentValue(after) : document };
  };

  const outcome = await applyToOne(engine, () => catalog.collection(database, name), wish, apply);
  return reply((writer) => {
    writeLastError(writer, outcome, isRemoval);
    if (outcome.value) writer.value("value", projection ? projection.of(outcome.value) : outcome.value);
    else writer.null("value");
  });
};

function writeLastError(writer: BsonWriter, { existed, upserted }: Modified, isRemoval: boolean): void {
  const begun = writer.beginField(ElementType.OBJECT, "lastErrorObject");
  writer.int32("n", existed || upserted ? 1 : 0);
  if (!isRemoval) writer.bool("updatedExisting", existed);
  if (upserted) writer.value("upserted", upserted);
  writer.end(begun);
}
