import type { Value } from "../bson/value.js";

/** Holds what has been seen of one group and one field. */
export interface Accumulator {
  add(value: Value | undefined): void;
  result(): Value;
}
