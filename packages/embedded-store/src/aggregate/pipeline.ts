import { BsonWriter, int32Value } from "../bson/bson-writer.js";
import { exactNumber, isNumber } from "../bson/compare-values.js";
import { documentValue, elementsOf, ElementType, fieldsOf, stringOf, type Value } from "../bson/value.js";
import { CommandError, notImplemented } from "../errors/command-error.js";
import { compileCondition, type Condition } from "../query/condition.js";
import { parseFilter } from "../query/parse-filter.js";
import { Projection } from "../query/projected-bytes.js";
import { PAUSE, type Paused } from "../search/paused.js";
import { compileSortKey, parseSort, Sorter, type SortField } from "../search/sort.js";
import { type Change, type ComputedField, parseAddFields, parseProject } from "./field-stages.js";
import { parseGroup } from "./group-stage.js";
import { parseLookup, parseUnionWith, parseUnwind } from "./join-stages.js";
import { firstSearch, type FirstSearch, type Pipeline, type Sources, type Stage } from "./stage.js";

/** @throws CommandError for what is malformed, unknown or not implemented, by name. */
export function parsePipeline(pipeline: Value, sources: Sources): Pipeline {
  if (!pipeline.isArray) throw new CommandError("TypeMismatch", "'pipeline' option must be specified as an array");
  const stages = withoutOvertaken(elementsOf(pipeline).map(nameAndOperand));
  let wish: FirstSearch = firstSearch;
  let at = 0;
  for (; at < stages.length; at += 1) {
    const next = absorbed(wish, ...stages[at]!);
    if (!next) break;
    wish = next;
  }
  const early = sortedEarly(wish, stages.slice(at, at + 3));
  const later = stages.slice(early ? at + 3 : at);
  const parsed = later.map(([name, operand], index) =>
    name === "$sort" ? sorting(parseStageSort(operand), limitIn(later[index + 1])) : parseStage(name, operand, sources),
  );
  const projection = projectionIn(later.at(-1));
  const rest = projection ? parsed.slice(0, -1) : parsed;
  return early
    ? { wish: early.wish, stages: [mapping(early.change), ...rest], projection }
    : { wish, stages: rest, projection };
}

/**
 * Of `$addFields`, `$sort` and `$limit` in a row: the search that sorts by what the fields will be, so that only the
 * documents that are wanted are copied and given the fields. All fields must be sorted by: what is wrong with the
 * expression of another would be said of those documents alone.
 */
function sortedEarly(
  wish: FirstSearch,
  [adding, sorting, limiting]: readonly (readonly [string, Value])[],
): { wish: FirstSearch; change: Change } | undefined {
  if (adding?.[0] !== "$addFields" || sorting?.[0] !== "$sort" || limiting?.[0] !== "$limit") return undefined;
  if (wish.sort.length > 0 || wish.limit !== undefined) return undefined;
  const { fields, change } = parseAddFields(adding[1]);
  const sort = sortByAdded(parseStageSort(sorting[1]), fields);
  return sort && { wish: { ...wish, sort, limit: parseLimit(limiting[1]) }, change };
}

/** The sort with the values of the added fields; undefined if it is about parts of them, or not about all. */
function sortByAdded(sort: readonly SortField[], added: readonly ComputedField[]): SortField[] | undefined {
  const names = new Map(added.map(({ path, evaluate }) => [path.text, evaluate]));
  const isPlain = added.every(
    ({ path }) => path.segments.length === 1 && sort.some((by) => by.path.text === path.text),
  );
  const isWhole = sort.every(({ path: { segments } }) => segments.length === 1 || !names.has(segments[0]!.text));
  if (!isPlain || !isWhole) return undefined;
  return sort.map((by) => {
    const computed = names.get(by.path.text);
    return computed ? { ...by, computed } : by;
  });
}

function projectionIn(stage: readonly [string, Value] | undefined): Projection | undefined {
  const wanted = stage?.[0] === "$project" ? parseProject(stage[1]) : undefined;
  return wanted instanceof Projection ? wanted : undefined;
}

/** The stages of a pipeline with the last one that only chooses fields. */
export const allStages = ({ stages, projection }: Pipeline): readonly Stage[] =>
  projection ? [...stages, projecting(projection)] : stages;

/** The same pipeline, which chooses fields by its last stage. */
const withoutProjection = (pipeline: Pipeline): Pipeline => ({
  ...pipeline,
  stages: allStages(pipeline),
  projection: undefined,
});

/** Of sorts in a row only the last is carried out. */
function withoutOvertaken(stages: readonly [string, Value][]): [string, Value][] {
  return stages.filter(([name, operand], at) => {
    const isOvertaken = name === "$sort" && stages[at + 1]?.[0] === "$sort";
    if (isOvertaken) parseStageSort(operand);
    return !isOvertaken;
  });
}

/** The number of sorted documents that are wanted, if the next stage says it. */
const limitIn = (next: readonly [string, Value] | undefined): number | undefined =>
  next?.[0] === "$limit" ? parseLimit(next[1]) : undefined;

export function nameAndOperand(stage: Value): [string, Value] {
  const fields = stage.isObject ? [...fieldsOf(stage)] : [];
  const [field] = fields;
  if (!field || fields.length > 1)
    throw new CommandError("BadValue", "A pipeline stage specification object must contain exactly one field.", 40323);
  return field;
}

/** The search with this step in it, as long as matching comes before sorting and sorting before counting off. */
function absorbed(wish: FirstSearch, name: string, operand: Value): FirstSearch | undefined {
  if (wish.limit !== undefined) return undefined;
  if (name === "$match") return { ...wish, condition: { kind: "and", parts: [wish.condition, parseMatch(operand)] } };
  if (name === "$sort" && wish.sort.length === 0) return { ...wish, sort: parseStageSort(operand) };
  if (name === "$limit") return { ...wish, limit: parseLimit(operand) };
  return undefined;
}

const KNOWN_ELSEWHERE = new Set(
  "$bucket $bucketAuto $changeStream $changeStreamSplitLargeEvent $collStats $currentOp $densify $documents $facet $fill $geoNear $graphLookup $indexStats $listLocalSessions $listSessions $merge $out $planCacheStats $redact $replaceRoot $replaceWith $sample $search $set $setWindowFields $shardedDataDistribution $skip $sortByCount $unset $vectorSearch".split(
    " ",
  ),
);

function parseStage(name: string, operand: Value, sources: Sources): Stage {
  switch (name) {
    case "$match": {
      const matches = compileCondition(parseMatch(operand));
      return (input) => filtered(input, matches);
    }
    case "$limit": {
      const limit = parseLimit(operand);
      return (input) => limited(input, limit);
    }
    case "$project":
      return projecting(parseProject(operand));
    case "$addFields":
      return mapping(parseAddFields(operand).change);
    case "$count":
      return counting(operand);
    case "$group":
      return parseGroup(operand);
    case "$unwind":
      return parseUnwind(operand);
    case "$lookup":
      return parseLookup(operand, sources, (pipeline) => parsePipeline(pipeline, sources));
    case "$unionWith":
      return parseUnionWith(operand, sources, (pipeline) => withoutProjection(parsePipeline(pipeline, sources)));
    default:
      if (KNOWN_ELSEWHERE.has(name))
        throw notImplemented(name === "$changeStream" ? "change streams ($changeStream)" : `the stage ${name}`);
      throw new CommandError("BadValue", `Unrecognized pipeline stage name: '${name}'`, 40324);
  }
}

function parseMatch(operand: Value): Condition {
  if (!operand.isObject)
    throw new CommandError("BadValue", "the match filter must be an expression in an object", 15959);
  return parseFilter(operand);
}

function parseStageSort(operand: Value): SortField[] {
  if (!operand.isObject) throw new CommandError("BadValue", "the $sort key specification must be an object", 15973);
  const sort = parseSort(operand);
  if (sort.length === 0) throw new CommandError("BadValue", "$sort stage must have at least one sort key", 15976);
  return sort;
}

function parseLimit(operand: Value): number {
  const count = isNumber(operand) ? Number(exactNumber(operand)) : Number.NaN;
  if (!Number.isSafeInteger(count) || count < 0)
    throw new CommandError(
      "FailedToParse",
      "invalid argument to $limit stage: Expected a non-negative number",
      2107201,
    );
  if (count === 0) throw new CommandError("BadValue", "the limit must be positive", 15958);
  return count;
}

const projecting = (wanted: Projection | Change): Stage =>
  mapping(wanted instanceof Projection ? (document) => wanted.of(document) : wanted);

const mapping =
  (change: Change): Stage =>
  (input) =>
    mapped(input, change);

function* mapped(input: Paused<Value>, change: Change): Paused<Value> {
  for (const document of input) yield document === PAUSE ? PAUSE : change(document);
}

function* filtered(input: Paused<Value>, matches: (document: Value) => boolean): Paused<Value> {
  for (const document of input) if (document === PAUSE || matches(document)) yield document;
}

function* limited(input: Paused<Value>, limit: number): Paused<Value> {
  let count = 0;
  for (const document of input) {
    if (document === PAUSE) {
      yield PAUSE;
      continue;
    }
    yield document;
    if (++count >= limit) return;
  }
}

function sorting(sort: readonly SortField[], limit: number | undefined): Stage {
  const keyOf = compileSortKey(sort);
  return function* sorted(input) {
    const sorter = new Sorter<Value>(limit);
    for (const document of input) {
      if (document === PAUSE) yield PAUSE;
      else sorter.add(keyOf(document), document);
    }
    let count = 0;
    for (const document of sorter.sorted()) {
      yield document;
      if (++count % 128 === 0) yield PAUSE;
    }
  };
}

function counting(operand: Value): Stage {
  const name = operand.type === ElementType.STRING ? stringOf(operand) : "";
  if (name === "" || name.startsWith("$") || name.includes("."))
    throw new CommandError("BadValue", "the count field must be a non-empty string without '$' and '.'", 40156);
  return function* counted(input) {
    let count = 0;
    for (const document of input) {
      if (document === PAUSE) yield PAUSE;
      else count += 1;
    }
    if (count === 0) return;
    const writer = new BsonWriter();
    const begun = writer.begin();
    writer.value(name, int32Value(count));
    writer.end(begun);
    yield documentValue(writer.finished());
  };
}
