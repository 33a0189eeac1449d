import type { Value } from "../bson/value.js";
import { Projection } from "./projected-bytes.js";

const MOST = 256;
const LONGEST_BYTES = 4096;

/**
 * Compiles an object only if it was not met before: clients send the same projections again and again. What is no plain
 * projection is not kept, since it may hold on to the message that it came in.
 */
export function remembered<T>(compile: (object: Value) => Projection | T): (object: Value) => Projection | T {
  const known = new Map<string, Projection>();
  return (object) => {
    const { bytes, start, end } = object;
    if (end - start > LONGEST_BYTES) return compile(object);
    const text = bytes.toString("latin1", start, end);
    const before = known.get(text);
    if (before) return before;
    const compiled = compile(object);
    if (!(compiled instanceof Projection)) return compiled;
    if (known.size === MOST) known.clear();
    known.set(text, compiled);
    return compiled;
  };
}
