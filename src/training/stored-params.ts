import { LosslessNumber, parse, stringify } from "lossless-json";
import { mongo } from "mongoose";
import { isWholeFloat } from "../graph/written-numbers.js";
import type { Store } from "../store/store.js";

// The classes of the driver. A process may load the package bson twice, as a module and as CommonJS.
const { Double, Int32, Long } = mongo;
const MAX_INT32 = 2 ** 31 - 1;
/** JavaScript writes numbers from this one on with an exponent. */
const EXPONENT_FROM = 1e21;

/** Returns parameters with each number as the integer or float that was written. The driver would choose by value. */
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

/** Returns the JSON text of parameters, with 1.0 for the float 1.0. */
export const paramsText = (params: Record<string, unknown>): string => stringify(written(storedParams(params))) ?? "{}";

/** Returns the parameters of such a text for lossless-json. */
export const paramsOfText = (text: string): object => parse(text) as object;

/** Returns the parameters of a training for lossless-json, which writes the float 1.0 as 1.0 and not as 1. */
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
