import type { RawDocument } from "../documents/raw-document.js";
import type { Page, PositionedRecord } from "../graph/connection.js";
import { projectionOf } from "../store/read-records.js";
import {
  type IndexCondition,
  literal,
  type MongoExpression,
  type Predicate,
  type Where,
  whereOf,
} from "./filter/predicate.js";
import type { Order } from "./order.js";
import type { PageEnd, PageRequest, Position } from "./page.js";

/** A page of the records that match a predicate. */
export interface ListQuery {
  /** The records to choose from; by default the current ones. */
  readonly among?: Where;
  readonly page: PageRequest;
  readonly predicate: Predicate;
  /** True if all records of the type may be read without an index. */
  readonly isWholeAllowed: boolean;
}

/** The reason why a list would read too much: no index condition, or none that is narrow enough. */
export type BroadReadFault = "UNBOUND" | "TOO_MANY";

/** The most records that a list may read without an index for its order. */
export const MAX_READ = 10_000;

const CURRENT: Where = { superseded: false };

/** Returns the query for the records that match. */
export const matchOf = ({
  among = CURRENT,
  predicate: { indexConditions, residual },
}: Pick<ListQuery, "among" | "predicate">): Where => ({
  ...among,
  ...whereOf(indexConditions),
  ...(residual === null ? {} : { $expr: residual }),
});

/**
 * True if an index gives the records in their order, so that a page reads only what it shows.
 * @param isJoined true for the children of parents.
 */
export function isIndexOrdered(
  { predicate: { indexConditions, residual }, page: { order } }: ListQuery,
  isJoined = false,
): boolean {
  if (residual !== null || order.keys.length > 0) return false;
  if (isJoined) return indexConditions.length === 0 && order.indexed === null;
  const [condition, ...others] = indexConditions;
  if (!condition) return true;
  if (others.length > 0) return false;
  return order.indexed === null
    ? condition.isIdOrdered
    : Object.keys(condition.where).every((field) => field === order.indexed);
}

/**
 * Checks a list before it is read: without an index for its order, an index condition must make it small.
 * @param parentConditions conditions beside those of the query.
 * @param count counts the records that match, up to one more than may be read.
 */
export async function broadReadFault(
  query: ListQuery,
  parentConditions: readonly IndexCondition[],
  count: (where: Where) => Promise<number>,
): Promise<BroadReadFault | null> {
  if (isIndexOrdered(query, parentConditions.length > 0)) return null;
  const indexConditions = [...parentConditions, ...query.predicate.indexConditions];
  if (indexConditions.length === 0 && !query.isWholeAllowed) return "UNBOUND";
  const counts = await Promise.all(
    (indexConditions.length === 0 ? [{}] : indexConditions.map(({ where }) => where)).map(count),
  );
  return counts.some((each) => each <= MAX_READ) ? null : "TOO_MANY";
}

/** The computed key of an order, beside the stored fields: inside another field the embedded store would read it late. */
const keyAt = (index: number): string => `order_key_${index}`;

const keysOf = ({ keys }: Order): string[] => keys.map((_, index) => keyAt(index));

const comparisonOperator = (direction: 1 | -1, isIncluded = false): string =>
  `$${direction > 0 ? "gt" : "lt"}${isIncluded ? "e" : ""}`;

/** Returns the condition for one side of a position in an index. */
function indexedSide({ indexed, direction }: Order, { position, isIncluded }: PageEnd, side: 1 | -1): Where {
  const way = (direction * side) as 1 | -1;
  const id = { _id: { [comparisonOperator(way, isIncluded)]: position.id } };
  if (indexed === null) return id;
  const [value] = position.values;
  // The range lets the scan of the index begin at the page.
  return {
    [indexed]: { [comparisonOperator(way, true)]: value },
    $or: [{ [indexed]: { [comparisonOperator(way)]: value } }, { [indexed]: value, ...id }],
  };
}

/** Returns the condition for one side of a position among computed values. */
function computedSide({ keys, direction }: Order, { position, isIncluded }: PageEnd, side: 1 | -1): MongoExpression {
  const compared: { value: MongoExpression; direction: 1 | -1; at: unknown }[] = [
    ...keys.map((key, index) => ({ value: `$${keyAt(index)}`, direction: key.direction, at: position.values[index] })),
    { value: "$_id", direction, at: position.id },
  ];
  return {
    $or: compared.map((each, index) => ({
      $and: [
        ...compared.slice(0, index).map(({ value, at }) => ({ $eq: [value, literal(at)] })),
        {
          [comparisonOperator((each.direction * side) as 1 | -1, isIncluded && index === compared.length - 1)]: [
            each.value,
            literal(each.at),
          ],
        },
      ],
    })),
  };
}

function sortStage({ order, backward }: PageRequest): Record<string, 1 | -1> {
  const way = (direction: 1 | -1): 1 | -1 => (backward ? (-direction as 1 | -1) : direction);
  return {
    ...(order.indexed === null ? {} : { [order.indexed]: way(order.direction) }),
    ...Object.fromEntries(order.keys.map((key, index) => [keyAt(index), way(key.direction)])),
    ...(order.isUnique ? {} : { _id: way(order.direction) }),
  };
}

/**
 * Returns the stages of an aggregate: constants with bound values. It reads one record more, to see if the range goes
 * on.
 * @param fields the stored fields that the answer takes; null for whole records.
 */
export function pageStages(query: ListQuery, fields: readonly string[] | null): object[] {
  const { page } = query;
  const { order, after, before, limit } = page;
  const isComputed = order.keys.length > 0;
  const ends: [PageEnd, 1 | -1][] = [
    ...(after ? [[after, 1] as [PageEnd, 1]] : []),
    ...(before ? [[before, -1] as [PageEnd, -1]] : []),
  ];
  const indexedEnds = isComputed ? [] : ends.map(([end, side]) => indexedSide(order, end, side));
  const match = matchOf(query);
  return [
    { $match: indexedEnds.length > 0 ? { $and: [match, ...indexedEnds] } : match },
    ...(isComputed
      ? [
          { $addFields: Object.fromEntries(order.keys.map(({ value }, index) => [keyAt(index), value])) },
          ...(ends.length > 0
            ? [{ $match: { $expr: { $and: ends.map(([end, side]) => computedSide(order, end, side)) } } }]
            : []),
        ]
      : []),
    { $sort: sortStage(page) },
    { $limit: limit + 1 },
    {
      $project: projectionOf(fields, ...(order.indexed === null ? [] : [order.indexed]), ...keysOf(order)),
    },
  ];
}

class FoundRecord implements PositionedRecord<RawDocument> {
  constructor(
    readonly record: RawDocument,
    private readonly order: Order,
  ) {}

  get position(): Position {
    const { record, order } = this;
    const values = order.indexed === null ? keysOf(order).map((key) => record.get(key)) : [record.get(order.indexed)];
    return { values, id: record._id };
  }
}

/** Returns the page. @param found the records from its near end on, with one more if the range goes on. */
export function toPage(found: readonly RawDocument[], { limit, backward, order }: PageRequest): Page<RawDocument> {
  const records = found.slice(0, limit).map((record) => new FoundRecord(record, order));
  return { records: backward ? records.reverse() : records, hasMore: found.length > limit };
}
