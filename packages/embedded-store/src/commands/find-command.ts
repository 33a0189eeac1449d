import { anyAt, FieldPath } from "../bson/field-path.js";
import { elementsOf, ElementType, fieldsOf, sameBytes, stringOf, type Value } from "../bson/value.js";
import { type Collection, keyPatternOf } from "../collections/collection.js";
import { CommandError, notImplemented } from "../errors/command-error.js";
import type { IndexDefinition } from "../indexes/index-definition.js";
import { type Condition, EVERYTHING, keyOf } from "../query/condition.js";
import { parseFilter } from "../query/parse-filter.js";
import type { Projection } from "../query/projected-bytes.js";
import { parseProjection } from "../query/projection.js";
import { countAll, type Counters, countExactly, isSortedBy, search } from "../search/find-records.js";
import { type Deadline, drive, type Found, PAUSE, type Paused } from "../search/paused.js";
import type { Plan, Wish } from "../search/plan.js";
import { parseSort } from "../search/sort.js";
import { type Command, plainReply, reply, Request, type StoreState } from "./request.js";

export const find: Command = (request, { engine, catalog, cursors }) => {
  const { wish, skip, limit, projection, isSingle, batchSize } = parseFind(request);
  const collection = catalog.collection(request.database, request.collection);
  const documents = collection
    ? shown(
        search(engine, collection, { ...wish, hint: hintedBy(request.fields.get("hint"), collection) }).results,
        skip,
        limit,
      )
    : none();
  const namespace = `${request.database}.${request.collection}`;
  return cursors.start(documents, { namespace, projection, batchSize, isSingle, deadline: request.deadline });
};

const OPTIONS = [
  "filter",
  "sort",
  "projection",
  "skip",
  "limit",
  "batchSize",
  "singleBatch",
  "hint",
  "noCursorTimeout",
  "allowDiskUse",
  "allowPartialResults",
];

interface ParsedFind {
  readonly wish: Wish;
  readonly skip: number;
  readonly limit: number;
  readonly batchSize: number | undefined;
  readonly isSingle: boolean;
  readonly projection: Projection | undefined;
}

/** @throws CommandError for options that are malformed or not implemented. */
function parseFind(request: Request): ParsedFind {
  request.allow(...OPTIONS);
  const filter = request.document("filter");
  const limit = countIn(request, "limit");
  const skip = countIn(request, "skip");
  const sort = parseSort(request.document("sort"));
  return {
    wish: { condition: filter ? parseFilter(filter) : EVERYTHING, sort, limit: limit > 0 ? limit + skip : undefined },
    skip,
    limit: limit > 0 ? limit : Infinity,
    batchSize: request.number("batchSize"),
    isSingle: request.flag("singleBatch"),
    projection: parseProjection(request.document("projection")),
  };
}

function countIn(request: Request, name: string): number {
  const number = request.number(name) ?? 0;
  if (!Number.isSafeInteger(number) || number < 0)
    throw new CommandError("BadValue", `BSON field '${name}' value must be >= 0, actual value '${number}'`, 51024);
  return number;
}

/** The index that a client insists on, by name or by key. @throws CommandError if there is none. */
export function hintedBy(hint: Value | undefined, collection: Collection): IndexDefinition | "$natural" | undefined {
  if (!hint) return undefined;
  const isNatural = hint.isObject && hint.bytes.toString("utf8", hint.start + 5, hint.start + 14) === "$natural\0";
  if (isNatural) return "$natural";
  const found = collection.indexes.find((index) => index.isReady && isNamed(index, hint));
  if (!found)
    throw new CommandError(
      "BadValue",
      "error processing query: planner returned error :: caused by :: hint provided does not correspond to an existing index",
    );
  return found;
}

const isNamed = (index: IndexDefinition, hint: Value): boolean =>
  hint.type === ElementType.STRING ? stringOf(hint) === index.name : sameBytes(keyPatternOf(index), hint);

function* shown(found: Paused<Found>, skip: number, limit: number): Paused<Value> {
  let seen = 0;
  for (const each of found) {
    if (each === PAUSE) {
      yield PAUSE;
      continue;
    }
    if (++seen > skip) yield each.document;
    if (seen - skip >= limit) return;
  }
}

function* none(): Paused<Value> {}

/** Tells of a `find` how it is carried out, and carries it out to count. */
export const explain: Command = async (outer, { engine, catalog }) => {
  outer.allow("verbosity");
  const inner = outer.document("explain");
  if (!inner) throw new CommandError("FailedToParse", "explain needs a command");
  const fields = new Map(fieldsOf(inner));
  const [name] = fields.keys();
  if (name !== "find") throw notImplemented(`explain of ${name}`);
  const database = outer.fields.get("$db")!;
  const request = new Request(new Map([...fields, ["$db", database]]), new Map());
  const { wish, skip, limit } = parseFind(request);
  const collection = catalog.collection(request.database, request.collection);
  const namespace = `${request.database}.${request.collection}`;
  if (!collection)
    return plainReply(answer(namespace, { stage: "EOF" }, { stage: "EOF" }, 0, { keys: 0, documents: 0 }, 0));
  const hinted = { ...wish, hint: hintedBy(request.fields.get("hint"), collection) };
  const began = Date.now();
  const { plan, results, counters } = search(engine, collection, hinted);
  let returned = 0;
  await drive(shown(results, skip, limit), () => ++returned > 0, outer.deadline);
  const taken = counters.takenOverBy ?? plan;
  const winning = describe(taken, !isSortedBy(taken, hinted));
  const stages = { ...winning, nReturned: returned, docsExamined: counters.documents, keysExamined: counters.keys };
  return plainReply(answer(namespace, winning, stages, returned, counters, Date.now() - began));
};

function answer(
  namespace: string,
  winningPlan: object,
  executionStages: object,
  nReturned: number,
  counters: Counters,
  millis: number,
): object {
  return {
    explainVersion: "1",
    queryPlanner: { namespace, winningPlan, rejectedPlans: [] },
    executionStats: {
      executionSuccess: true,
      nReturned,
      executionTimeMillis: millis,
      totalKeysExamined: counters.keys,
      totalDocsExamined: counters.documents,
      executionStages,
    },
  };
}

function describe(plan: Plan, isSortNeeded: boolean): object {
  if (isSortNeeded) return { stage: "SORT", inputStage: describe(plan, false) };
  if (plan.kind === "scan") return { stage: "COLLSCAN", direction: "forward" };
  if (plan.kind === "union")
    return {
      stage: "FETCH",
      inputStage: { stage: "OR", inputStages: plan.branches.map((each) => describe(each, false)) },
    };
  const { index, reverse } = plan;
  return {
    stage: "FETCH",
    inputStage: {
      stage: "IXSCAN",
      indexName: index.name,
      keyPattern: Object.fromEntries(index.fields.map(({ path, descending }) => [path.text, descending ? -1 : 1])),
      isMultiKey: index.isMultikey,
      isUnique: index.options.unique,
      isPartial: index.options.partial !== undefined,
      direction: reverse ? "backward" : "forward",
    },
  };
}

export const count: Command = async (request, state) => {
  request.allow("query", "limit", "skip", "hint", "fields");
  const filter = request.document("query");
  const collection = state.catalog.collection(request.database, request.collection);
  const found = collection
    ? await countOf(
        state,
        collection,
        filter ? parseFilter(filter) : EVERYTHING,
        request.deadline,
        request.fields.get("hint"),
      )
    : 0;
  const skipped = Math.max(found - (request.number("skip") ?? 0), 0);
  const limit = Math.abs(request.number("limit") ?? 0);
  return reply((writer) => writer.int32("n", limit > 0 ? Math.min(limit, skipped) : skipped));
};

/** Counts from the index alone if that decides. */
export async function countOf(
  { engine }: StoreState,
  collection: Collection,
  condition: Condition,
  deadline: Deadline,
  hint?: Value,
): Promise<number> {
  if (condition.kind === "and" && condition.parts.length === 0) return countAll(engine, collection);
  const { plan, results } = search(engine, collection, { condition, sort: [], hint: hintedBy(hint, collection) });
  const exact = countExactly(engine, plan);
  if (exact !== undefined) return exact;
  let found = 0;
  await drive(results, () => ++found > 0, deadline);
  return found;
}

export const distinct: Command = async (request, { engine, catalog }) => {
  request.allow("key", "query", "hint");
  const filter = request.document("query");
  const path = new FieldPath(request.text("key"));
  const collection = catalog.collection(request.database, request.collection);
  const values = new Map<string, Value>();
  const add = (value: Value): void => {
    const key = keyOf(value);
    if (!values.has(key)) values.set(key, value.copied());
  };
  if (collection) {
    const { results } = search(engine, collection, { condition: filter ? parseFilter(filter) : EVERYTHING, sort: [] });
    await drive(
      results,
      ({ document }) => {
        anyAt(document, path, (value) => {
          if (value?.isArray) elementsOf(value).forEach(add);
          else if (value) add(value);
          return false;
        });
        return true;
      },
      request.deadline,
    );
  }
  return reply((writer) => {
    const list = writer.beginField(ElementType.ARRAY, "values");
    [...values].sort(([a], [b]) => (a < b ? -1 : 1)).forEach(([, value], at) => writer.value(String(at), value));
    writer.end(list);
  });
};
