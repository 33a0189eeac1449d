import { ElementType } from "../bson/element-type.js";
import { sameBytes, stringOf, type Value } from "../bson/value.js";
import { CommandError } from "../command-error.js";
import { keyPatternOf, type Collection } from "../engine/collection.js";
import type { IndexDefinition } from "../indexes/index-definition.js";
import { EVERYTHING } from "../query/condition.js";
import { search } from "../query/find-records.js";
import { PAUSE, type Found, type Paused } from "../query/paused.js";
import { parseFilter } from "../query/parse-filter.js";
import type { Wish } from "../query/plan.js";
import { parseProjection, type Project } from "../query/projection.js";
import { parseSort } from "../query/sort.js";
import type { Request } from "./request.js";
import type { Command } from "./store-state.js";

export const find: Command = (request, { engine, catalog, cursors }) => {
  const { wish, skip, limit, project, isSingle, batchSize } = parseFind(request);
  const collection = catalog.collection(request.database, request.collection);
  const documents = collection
    ? shown(
        search(engine, collection, { ...wish, hint: hintedBy(request.fields.get("hint"), collection) }).results,
        skip,
        limit,
        project,
      )
    : none();
  const namespace = `${request.database}.${request.collection}`;
  return cursors.start(documents, { namespace, batchSize, isSingle, deadline: request.deadline });
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
  readonly project: Project | undefined;
}

/** @throws CommandError for options that are malformed or not implemented. */
export function parseFind(request: Request): ParsedFind {
  request.allow(...OPTIONS);
  const filter = request.document("filter");
  const limit = count(request, "limit");
  const skip = count(request, "skip");
  const sort = parseSort(request.document("sort"));
  return {
    wish: { condition: filter ? parseFilter(filter) : EVERYTHING, sort, limit: limit > 0 ? limit + skip : undefined },
    skip,
    limit: limit > 0 ? limit : Infinity,
    batchSize: request.number("batchSize"),
    isSingle: request.flag("singleBatch"),
    project: parseProjection(request.document("projection")),
  };
}

function count(request: Request, name: string): number {
  const number = request.number(name) ?? 0;
  if (!Number.isSafeInteger(number) || number < 0)
    throw new CommandError("BadValue", `BSON field '${name}' value must be >= 0, actual value '${number}'`, 51024);
  return number;
}

/** The index that a client insists on, by name or by key. @throws CommandError where there is none. */
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

/** The documents as the client wants to see them. */
export function* shown(found: Paused<Found>, skip: number, limit: number, project: Project | undefined): Paused<Value> {
  let seen = 0;
  for (const each of found) {
    if (each === PAUSE) {
      yield PAUSE;
      continue;
    }
    if (++seen > skip) yield project ? project(each.document) : each.document;
    if (seen - skip >= limit) return;
  }
}

function* none(): Paused<Value> {}
