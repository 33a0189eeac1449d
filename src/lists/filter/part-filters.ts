import { type Criterion, fieldAt, type Place } from "./criterion.js";
import type { Demand } from "./demand.js";
import { listAt } from "./expression.js";
import type { FilterType } from "./filter-of.js";

interface Options {
  readonly description: string;
  /** True if indexes of the type begin with fields in it: with the id of a snapshot, for example. */
  readonly indexed?: boolean;
}

/** A filter by what a record holds in one: a snapshot, or its task. */
export const part = (
  field: string,
  filter: () => FilterType,
  { description, indexed = false }: Options,
): Criterion => ({
  type: () => filter().type,
  description,
  demand: (given: object, at, asking) =>
    filter().demand(given, { ...at, prefix: `${at.prefix}${field}.`, indexed: indexOf(at, field, indexed) }, asking),
});

/** A filter by a list, of snapshots for example: at least one of them meets all of it. */
export const someOf = (
  field: string,
  filter: () => FilterType,
  { description, indexed = false }: Options,
): Criterion => ({
  type: () => filter().type,
  description,
  demand: async (given: object, at, asking): Promise<Demand> => {
    const as = `each${at.depth}`;
    const inner = await filter().demand(
      given,
      { ...at, prefix: `$$${as}.`, indexed: indexOf(at, field, indexed), depth: at.depth + 1 },
      asking,
    );
    const expression = { $anyElementTrue: [{ $map: { input: listAt(fieldAt(at, field)), as, in: inner.expression } }] };
    // Two conditions may be met by two elements where one has to meet both.
    const isExact = inner.rest === null && inner.bounds.length === 1;
    return { expression, bounds: inner.bounds, rest: isExact ? null : expression };
  },
});

const indexOf = ({ indexed }: Place, field: string, isIndexed: boolean): string | null =>
  indexed === "" && isIndexed ? `${field}.` : null;
