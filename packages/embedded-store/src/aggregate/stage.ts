import type { Value } from "../bson/value.js";
import type { Collection } from "../collections/collection.js";
import type { Engine } from "../engine/engine.js";
import { type Condition, EVERYTHING } from "../query/condition.js";
import type { Projection } from "../query/projected-bytes.js";
import { type Found, PAUSE, type Paused } from "../search/paused.js";
import type { SortField } from "../search/sort.js";

/** The first steps of a pipeline, which the planner carries out. */
export interface FirstSearch {
  readonly condition: Condition;
  readonly sort: readonly SortField[];
  /** The number of documents that the search has to find. */
  readonly limit?: number;
}

export const firstSearch: FirstSearch = { condition: EVERYTHING, sort: [] };

export interface Pipeline {
  readonly wish: FirstSearch;
  readonly stages: readonly Stage[];
  /** What is wanted of each document in the end, if the last stage only chooses fields. */
  readonly projection: Projection | undefined;
}

/** The collections that a pipeline reads. */
export interface Sources {
  readonly engine: Engine;
  collection(name: string): Collection | undefined;
}

/** The documents that a pipeline gives, without its projection. If it has no stages, each is valid until the next. */
export function outputOf({ wish, stages }: Pipeline, found: Paused<Found>): Paused<Value> {
  if (stages.length === 0) return documents(found, wish);
  return stages.reduce((flow, stage) => stage(flow), owned(documents(found, wish)));
}

export function sourcesOf(engine: Engine, collection: (name: string) => Collection | undefined): Sources {
  return { engine, collection };
}

function* documents(found: Paused<Found>, { limit }: FirstSearch): Paused<Value> {
  if (limit === 0) return;
  let count = 0;
  for (const each of found) {
    if (each === PAUSE) {
      yield PAUSE;
      continue;
    }
    yield each.document;
    if (++count === limit) return;
  }
}

/** The documents, each with bytes of its own. */
export function* owned(documents: Paused<Value>): Paused<Value> {
  for (const each of documents) yield each === PAUSE ? PAUSE : each.copied();
}

/** One step of a pipeline. What goes in and comes out owns its bytes. */
export type Stage = (input: Paused<Value>) => Paused<Value>;
