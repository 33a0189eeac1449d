import type { GraphQLResolveInfo } from "graphql";
import { Loading } from "../documents/record-loader.js";
import type { FieldPlan, OutputPlan } from "./plan.js";
import { Failure } from "./resolved.js";

export type Path = GraphQLResolveInfo["path"];

/** A value that is not there yet, and its place in the answer. */
export interface Awaited {
  value: unknown;
  readonly values: unknown[];
  readonly index: number;
  readonly output: OutputPlan;
  readonly field: FieldPlan;
  readonly path: Path | undefined;
}

export const isPromiseLike = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === "object" && value !== null && typeof (value as { readonly then?: unknown }).then === "function";

/** Returns one promise for each batch of records and for each other value. They are fulfilled in any case. */
export function batchesOf(level: readonly Awaited[]): readonly Promise<unknown>[] {
  const batches = new Set<Promise<unknown>>();
  const others: Promise<unknown>[] = [];
  // By index: an iterator would make an object for each value.
  for (let at = 0; at < level.length; at += 1) {
    const each = level[at]!;
    if (each.value instanceof Loading) batches.add(each.value.batch);
    else others.push(arrivalOf(each));
  }
  // Those that wait for a batch have its error when they are asked for their values.
  return [...others, ...[...batches].map((batch) => batch.catch(() => undefined))];
}

const arrivalOf = (each: Awaited): Promise<unknown> =>
  Promise.resolve(each.value as PromiseLike<unknown>).then(
    (value) => (each.value = value),
    (error: unknown) => (each.value = new Failure(error)),
  );
