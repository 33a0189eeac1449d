import type { Value } from "../bson/value.js";

/** Given between two results where other work may have its turn. */
export const PAUSE = Symbol("pause");
export type Paused<T> = Generator<T | typeof PAUSE, void, undefined>;

/** A document where it was found; its bytes are valid until the next read. */
export interface Found {
  readonly record: number;
  readonly document: Value;
}
