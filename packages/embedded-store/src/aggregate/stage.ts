import type { Value } from "../bson/value.js";
import type { Paused } from "../query/paused.js";

/** One step of a pipeline. What goes in and comes out owns its bytes. */
export type Stage = (input: Paused<Value>) => Paused<Value>;
