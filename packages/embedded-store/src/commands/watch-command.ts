import type { Value } from "../bson/value.js";
import { parseWatch } from "../changes/parse-watch.js";
import type { Request } from "./request.js";
import type { StoreState } from "./store-state.js";

/** An `aggregate` that begins with `$changeStream`: inserts into one collection, as they come. */
export function watch(
  request: Request,
  { engine, streams }: StoreState,
  options: Value,
  pipeline: Value,
  batchSize: number | undefined,
): Promise<Buffer> {
  const namespace = { database: request.database, name: request.collection };
  return streams.start(namespace, parseWatch(options, pipeline, engine), batchSize, request.client);
}
