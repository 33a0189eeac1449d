import { type ClassType, Field, InputType, registerEnumType } from "type-graphql";
import { DomainError } from "../errors.js";
import { checkDetailsPath, detailsValue } from "./filter/details-filter.js";
import { isSomething, literal, type MongoExpression } from "./filter/predicate.js";

export enum OrderDirection {
  ASC = "ASC",
  DESC = "DESC",
}
registerEnumType(OrderDirection, {
  name: "OrderDirection",
  description:
    "The direction of an order. Records without a value come last in both, and in `details` numbers come before all else.",
  valuesConfig: {
    ASC: { description: "From the least value to the greatest: earliest first, A before B." },
    DESC: { description: "From the greatest value to the least: latest first, B before A." },
  },
});

/** A field by which lists can be ordered. */
export interface OrderField {
  /** The name of the stored field. */
  readonly field: string;
  readonly description: string;
  /**
   * True if an index of the type has this field (after `superseded`) and then the id. Every record must have a value.
   */
  readonly indexed?: boolean;
}

/** A key of an order: a field, or a path into `details`. */
export interface OrderKey {
  readonly field?: string | null;
  readonly details?: string[] | null;
  readonly direction: OrderDirection;
}

/** A computed value to compare by. Ids come after all of them. */
export interface SortKey {
  readonly value: MongoExpression;
  readonly direction: 1 | -1;
}

/** An order of stored records. */
export interface Order {
  /** Identifies the order. Cursors are valid for one order only. */
  readonly name: string;
  /** The stored field of the index that gives the order, before the id; null for the order by id alone. */
  readonly indexed: string | null;
  /** The computed keys; empty if an index gives the order. */
  readonly keys: readonly SortKey[];
  /** The direction by id, after all keys. */
  readonly direction: 1 | -1;
  /** True if values are unique, so that ids need not be compared. */
  readonly isUnique?: true;
}

/** The order by id, which is the order of creation. */
export const NEWEST_FIRST: Order = { name: "newest", indexed: null, keys: [], direction: -1 };

const MAX_KEYS = 4;
const DETAILS = "details";
/** The characters of a text that count: cursors carry them. */
const MAX_SORTED_CHARACTERS = 128;

export interface OrderType {
  readonly type: ClassType<OrderKey>;
  /** @throws BAD_USER_INPUT */
  order(keys: readonly OrderKey[]): Order;
}

/** Returns the orders of a type, by their enum keys. */
export function ordersOf(name: string, fields: Readonly<Record<string, OrderField>>, hasDetails: boolean): OrderType {
  const choices = Object.fromEntries(Object.keys(fields).map((each) => [each, each]));
  registerEnumType(choices, {
    name: `${name}OrderField`,
    description: `The fields by which ${name} records can be ordered.`,
    valuesConfig: Object.fromEntries(
      Object.entries(fields).map(([each, { description }]) => [each, { description }]),
    ) as never,
  });

  @InputType(`${name}Order`, {
    description: hasDetails ? "A key to order by: either `field` or `details`." : "A key to order by.",
  })
  class KeyInput implements OrderKey {
    @Field(() => choices, { nullable: hasDetails, description: "Order by this field." })
    readonly field?: string | null;

    readonly details?: string[] | null;

    @Field(() => OrderDirection, { defaultValue: OrderDirection.ASC, description: "The direction of the order." })
    readonly direction!: OrderDirection;
  }
  if (hasDetails)
    Field(() => [String], {
      nullable: true,
      description:
        'Order by the value that this path into `details` leads to: `["metrics", "accuracy"]`. In both directions, numbers come first, then texts, of which 128 characters count, then true and false, and last the records without such a value.',
    })(KeyInput.prototype, DETAILS);
  return { type: KeyInput, order: (keys) => orderBy(fields, keys) };
}

function orderBy(fields: Readonly<Record<string, OrderField>>, keys: readonly OrderKey[]): Order {
  const [first] = keys;
  if (!first) return NEWEST_FIRST;
  if (keys.length > MAX_KEYS)
    throw new DomainError("BAD_USER_INPUT", `An order has at most ${MAX_KEYS} keys.`, ["orderBy"]);
  const name = JSON.stringify(keys.map(({ field, details, direction }) => [field ?? details, direction]));
  const direction = first.direction === OrderDirection.ASC ? 1 : -1;
  const only = keys.length === 1 && first.field ? fields[first.field] : undefined;
  if (only?.indexed && !first.details) return { name, indexed: only.field, keys: [], direction };
  return { name, indexed: null, keys: keys.flatMap((key, index) => sortKeysOf(fields, key, index)), direction };
}

function sortKeysOf(fields: Readonly<Record<string, OrderField>>, key: OrderKey, index: number): SortKey[] {
  const at = ["orderBy", index];
  if ((key.field == null) === (key.details == null))
    throw new DomainError("BAD_USER_INPUT", "A key of an order is either a `field` or a path into `details`.", at);
  const direction = key.direction === OrderDirection.ASC ? 1 : -1;
  const stored = key.field == null ? undefined : fields[key.field];
  if (key.details) checkDetailsPath(key.details, [...at, DETAILS]);
  if (!stored) return mixedSortKeys(detailsValue(`$${DETAILS}`, key.details ?? []), direction);
  const value = { $ifNull: [`$${stored.field}`, literal(null)] };
  return [
    // Records without a value come last in both directions.
    { value: { $cond: [isSomething(value), 0, 1] }, direction: 1 },
    { value, direction },
  ];
}

/**
 * Returns the keys of a value of any type: first its type, the same in both directions, then the value. By value alone,
 * the text "nan" would come before all numbers in a descending order. Only plain values have a natural order; texts
 * count up to the length that a cursor carries.
 */
function mixedSortKeys(value: MongoExpression, direction: 1 | -1): SortKey[] {
  const isA = (type: string): MongoExpression => ({ $eq: [{ $type: value }, type] });
  const byKind = (number: unknown, text: unknown, truth: unknown, rest: unknown): MongoExpression => ({
    $cond: [{ $isNumber: value }, number, { $cond: [isA("string"), text, { $cond: [isA("bool"), truth, rest] }] }],
  });
  return [
    { value: byKind(0, 1, 2, 3), direction: 1 },
    { value: byKind(value, { $substrCP: [value, 0, MAX_SORTED_CHARACTERS] }, value, literal(null)), direction },
  ];
}
