import { ElementType } from "../bson/element-type.js";
import { elementsOf, type Value } from "../bson/value.js";
import { CommandError, notImplemented } from "../command-error.js";
import { sourcesOf } from "../aggregate/first-search.js";
import { nameAndOperand, parsePipeline } from "../aggregate/pipeline.js";
import { search, type Paused } from "../query/find-records.js";
import { batchSizeIn } from "./cursor-options.js";
import { hintedBy } from "./find-command.js";
import type { Request } from "./request.js";
import type { Command } from "./store-state.js";

export const aggregate: Command = (request, { engine, catalog, cursors }) => {
  request.allow("pipeline", "cursor", "allowDiskUse", "hint", "bypassDocumentValidation");
  const { database } = request;
  const pipeline = request.fields.get("pipeline");
  if (!pipeline)
    throw new CommandError("FailedToParse", "BSON field 'aggregate.pipeline' is missing but a required field", 40414);
  if (request.fields.get("aggregate")!.type !== ElementType.STRING) refuseDatabasePipeline(pipeline);
  const sources = sourcesOf(engine, (name) => catalog.collection(database, name));
  const { wish, stages } = parsePipeline(pipeline, sources);
  const collection = catalog.collection(database, request.collection);
  const first: Paused<Value> = collection
    ? sources.documents(
        search(engine, collection, { ...wish, hint: hintedBy(request.fields.get("hint"), collection) }).results,
        wish,
      )
    : none();
  const results = stages.reduce((flow, stage) => stage(flow), first);
  const namespace = `${database}.${request.collection}`;
  return cursors.start(results, {
    namespace,
    batchSize: batchSizeOf(request),
    isSingle: false,
    deadline: request.deadline,
  });
};

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
