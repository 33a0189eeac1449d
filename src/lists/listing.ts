import { ArgsType, type ClassType, Field } from "type-graphql";
import type { Criterion } from "./filter/criterion.js";
import { filterOf, type FilterType } from "./filter/filter-of.js";
import { dateTime, id, text } from "./filter/value-filters.js";
import { type OrderField, type OrderKey, ordersOf, type OrderType } from "./order.js";
import { PageArgs } from "./page.js";

export interface ListArgs extends PageArgs {
  readonly filter?: object | null;
  readonly orderBy?: readonly OrderKey[] | null;
}

/** The arguments of the lists of a type: filter, order and page. */
export interface Listing {
  readonly name: string;
  readonly Args: ClassType<ListArgs>;
  readonly filter: FilterType;
  readonly orders: OrderType;
  /** True if records of the type have no parent: filters may read all. */
  readonly isCatalogue: boolean;
}

/** The filters and orders of a type, beside those of all types. */
export interface ListingOptions {
  readonly filter: Readonly<Record<string, Criterion>>;
  readonly orders: Readonly<Record<string, OrderField>>;
  readonly isCatalogue?: boolean;
}

const OF_ALL: Readonly<Record<string, Criterion>> = {
  id: id("Filters by id."),
  createdAt: dateTime("created_at", {
    description: "Filters by the time at which the record was made.",
    indexed: true,
  }),
  createdBy: text("created_by", { description: "Filters by the user who made the record." }),
  modifiedAt: dateTime("modified_at", { description: "Filters by the time of its last change.", indexed: true }),
};

const ORDERS_OF_ALL: Readonly<Record<string, OrderField>> = {
  CREATED_AT: { field: "created_at", description: "Sorts by the time at which the record was made.", indexed: true },
  MODIFIED_AT: {
    field: "modified_at",
    description: "Sorts by the time of the last change. A record that changes while pages are read moves in the order.",
    indexed: true,
  },
};

/** Declares the arguments of a type's lists. With a filter by `details` come orders by values in them. */
export function listingOf(name: string, { filter, orders, isCatalogue = false }: ListingOptions): Listing {
  const filters = filterOf(name, `Conditions on ${name} records.`, { ...OF_ALL, ...filter });
  const order = ordersOf(name, { ...orders, ...ORDERS_OF_ALL }, "details" in filter);

  @ArgsType()
  class Args extends PageArgs implements ListArgs {
    @Field(() => filters.type, {
      nullable: true,
      description:
        "Only records that match. A condition without an index (`contains`, `not`, `details`, conditions inside snapshots) needs an indexed one beside it and reads 10,000 records at most, else FILTER_TOO_BROAD.",
    })
    readonly filter?: object | null;

    @Field(() => [order.type], {
      nullable: true,
      description: "The keys to order by, 4 at most, the most significant first; newest first if it is left out.",
    })
    readonly orderBy?: readonly OrderKey[] | null;
  }
  return { name, Args, filter: filters, orders: order, isCatalogue };
}
