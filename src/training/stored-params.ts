import { LosslessNumber } from "lossless-json";
import { mongo } from "mongoose";
import { isWholeFloat } from "../graph/written-numbers.js";
import type { Store } from "../store/store.js";

// Those of the driver: of bson itself a process may have two, one for each way of loading it.
const { Double, Int32, Long } = mongo;
const MAX_INT32 = 2 ** 31 - 1;
/** From here on JavaScript writes an exponent. */
const EXPONENT_FROM = 1e21;

/** Parameters with each number as an integer or a float of the store, as it was written; else the driver chooses by value. */
export const storedParams = (params: Record<string, unknown>): Record<string, unknown> =>
  stored(params) as Record<string, unknown>;

function stored(holder: object): unknown {
  const of = (value: unknown, key: string | number): unknown => {
    if (typeof value === "object" && value !== null) return stored(value);
    if (typeof value !== "number" || !Number.isInteger(value)) return value;
    if (isWholeFloat(holder, key)) return new Double(value);
    return Math.abs(value) > MAX_INT32 && Number.isSafeInteger(value) ? Long.fromNumber(value) : value;
  };
  if (Array.isArray(holder)) return holder.map((each: unknown, index) => of(each, index));
  return Object.fromEntries(Object.entries(holder).map(([key, value]: [string, unknown]) => [key, of(value, key)]));
}

/** The parameters of a training for lossless-json to write: a float is one in JSON too, 1.0 and not 1. */
export async function writtenParams({ trainings }: Pick<Store, "trainings">, id: string): Promise<object> {
  const found = await trainings.collection.findOne(
    { _id: id as never },
    { projection: { params: 1 }, promoteValues: false, promoteLongs: false },
  );
  return (written(found?.["params"] ?? {}) ?? {}) as object;
}

function written(value: unknown): unknown {
  if (value instanceof Double) return Number.isInteger(value.value) ? wholeFloat(value.value) : value.value;
  if (value instanceof Int32) return value.value;
  if (value instanceof Long) return value.toNumber();
  if (Array.isArray(value)) return value.map(written);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, written(each)]));
}

function wholeFloat(value: number): LosslessNumber {
  const text = Math.abs(value) < EXPONENT_FROM ? value.toFixed(1) : String(value);
  return new LosslessNumber(Object.is(value, -0) ? "-0.0" : text);
}
