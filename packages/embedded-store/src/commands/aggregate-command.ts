import { ElementType } from "../bson/element-type.js";
import { BsonWriter } from "../bson/bson-writer.js";
import { documentValue, elementsOf, type Value } from "../bson/value.js";
import { CommandError, notImplemented } from "../command-error.js";
import { bareCount, type BareCount } from "../aggregate/bare-count.js";
import { sourcesOf, type FirstSearch, type Sources } from "../aggregate/first-search.js";
import { nameAndOperand, parsePipeline } from "../aggregate/pipeline.js";
import { search } from "../query/find-records.js";
import type { Paused } from "../query/paused.js";
import { changeStreamIn } from "../changes/parse-watch.js";
import type { Collection } from "../engine/collection.js";
import { countOf } from "./count-commands.js";
import { batchSizeIn } from "./cursor-options.js";
import { hintedBy } from "./find-command.js";
import type { Request } from "./request.js";
import type { Command } from "./store-state.js";
import { watch } from "./watch-command.js";

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
  const { wish, stages } = parsePipeline(pipeline, sources);
  const collection = catalog.collection(database, request.collection);
  const hint = request.fields.get("hint");
  const counting = bareCount(pipeline);
  const results =
    counting && collection
      ? counted(counting, await countOf(state, collection, wish.condition, request.deadline, hint))
      : stages.reduce((flow, stage) => stage(flow), found(sources, collection, wish, hint));
  const namespace = `${database}.${request.collection}`;
  return cursors.start(results, {
    namespace,
    batchSize: batchSizeOf(request),
    isSingle: false,
    deadline: request.deadline,
  });
};

function found(
  sources: Sources,
  collection: Collection | undefined,
  wish: FirstSearch,
  hint: Value | undefined,
): Paused<Value> {
  if (!collection) return none();
  const { results } = search(sources.engine, collection, { ...wish, hint: hintedBy(hint, collection) });
  return sources.documents(results, wish);
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

function* none(): Paused<Value> {}
