import { nameAndOperand, parsePipeline } from "../aggregate/pipeline.js";
import { outputOf, type Pipeline, type Sources, sourcesOf } from "../aggregate/stage.js";
import { BsonWriter } from "../bson/bson-writer.js";
import { exactNumber, isNumber } from "../bson/compare-values.js";
import { documentValue, elementsOf, ElementType, fieldsOf, type Value } from "../bson/value.js";
import { changeStreamIn, parseWatch } from "../changes/parse-watch.js";
import type { Collection } from "../collections/collection.js";
import { CommandError, notImplemented } from "../errors/command-error.js";
import { search } from "../search/find-records.js";
import type { Found, Paused } from "../search/paused.js";
import { batchSizeIn } from "./cursors.js";
import { countOf, hintedBy } from "./find-command.js";
import type { Command, Request, StoreState } from "./request.js";

export const aggregate: Command = async (request, state) => {
  const { engine, catalog, cursors } = state;
  request.allow("pipeline", "cursor", "allowDiskUse", "hint", "bypassDocumentValidation");
  const { database } = request;
  const pipeline = request.fields.get("pipeline");
  if (!pipeline)
    throw new CommandError("FailedToParse", "BSON field 'aggregate.pipeline' is missing but a required field", 40414);
  if (request.fields.get("aggregate")!.type !== ElementType.STRING) refuseDatabasePipeline(pipeline);
  const watchOptions = changeStreamIn(pipeline);
  if (watchOptions) return watch(request, state, watchOptions, pipeline, batchSizeOf(request));
  const sources = sourcesOf(engine, (name) => catalog.collection(database, name));
  const parsed = parsePipeline(pipeline, sources);
  const collection = catalog.collection(database, request.collection);
  const hint = request.fields.get("hint");
  const counting = bareCount(pipeline);
  const results =
    counting && collection
      ? counted(counting, await countOf(state, collection, parsed.wish.condition, request.deadline, hint))
      : found(parsed, sources, collection, hint);
  const namespace = `${database}.${request.collection}`;
  return cursors.start(results, {
    namespace,
    projection: parsed.projection,
    batchSize: batchSizeOf(request),
    isSingle: false,
    deadline: request.deadline,
  });
};

function found(
  pipeline: Pipeline,
  sources: Sources,
  collection: Collection | undefined,
  hint: Value | undefined,
): Paused<Value> {
  const results = collection
    ? search(sources.engine, collection, { ...pipeline.wish, hint: hintedBy(hint, collection) }).results
    : none();
  return outputOf(pipeline, results);
}

function* counted({ id, field }: BareCount, count: number): Paused<Value> {
  if (count === 0) return;
  const writer = new BsonWriter();
  const begun = writer.begin();
  writer.value("_id", id);
  writer.int32(field, count);
  writer.end(begun);
  yield documentValue(writer.finished());
}

function refuseDatabasePipeline(pipeline: Value): never {
  const [stage] = pipeline.isArray ? elementsOf(pipeline) : [];
  throw notImplemented(stage ? `the stage ${nameAndOperand(stage)[0]} on a database` : "pipelines on a database");
}

function batchSizeOf(request: Request): number | undefined {
  const cursor = request.document("cursor");
  if (!cursor)
    throw new CommandError(
      "FailedToParse",
      "The 'cursor' option is required, except for aggregate with the explain argument",
    );
  return batchSizeIn(cursor);
}

function* none(): Paused<Found> {}

/** An `aggregate` that begins with `$changeStream`: inserts into one collection, as they come. */
function watch(
  request: Request,
  { engine, streams }: StoreState,
  options: Value,
  pipeline: Value,
  batchSize: number | undefined,
): Promise<Buffer> {
  const namespace = { database: request.database, name: request.collection };
  return streams.start(namespace, parseWatch(options, pipeline, engine), batchSize, request.client);
}

/** A pipeline that only counts what matches, as `countDocuments` sends it: an index alone may answer it. */
interface BareCount {
  readonly filter: Value | undefined;
  readonly id: Value;
  readonly field: string;
}

function bareCount(pipeline: Value): BareCount | undefined {
  if (!pipeline.isArray) return undefined;
  const stages = elementsOf(pipeline).flatMap((stage) => (stage.isObject ? [[...fieldsOf(stage)]] : []));
  const [first, second, third] = stages;
  if (third || stages.some((fields) => fields.length !== 1)) return undefined;
  const [match, group] = second ? [first![0]!, second[0]!] : [undefined, first?.[0]];
  if (group?.[0] !== "$group" || !group[1].isObject || (match && !(match[0] === "$match" && match[1].isObject)))
    return undefined;
  const [id, count, more] = [...fieldsOf(group[1])];
  if (id?.[0] !== "_id" || !isConstant(id[1]) || !count || more || !isSumOfOnes(count[1])) return undefined;
  return { filter: match?.[1], id: id[1], field: count[0] };
}

const isConstant = (id: Value): boolean => isNumber(id) || id.type === ElementType.NULL;

function isSumOfOnes(accumulator: Value): boolean {
  const [sum, more] = accumulator.isObject ? [...fieldsOf(accumulator)] : [];
  return sum?.[0] === "$sum" && !more && sum[1].type === ElementType.INT32 && exactNumber(sum[1]) === 1;
}
