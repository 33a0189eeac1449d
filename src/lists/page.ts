import { ArgsType, Field, Int } from "type-graphql";
import { DomainError } from "../errors.js";
import type { Cursors, Position } from "./cursors.js";
import type { Order } from "./order.js";

@ArgsType()
export class PageArgs {
  @Field(() => Int, {
    nullable: true,
    description: "The number of records at most, from the beginning on; 20 if neither `first` nor `last` is given.",
  })
  readonly first?: number | null;

  @Field(() => String, { nullable: true, description: "Only what comes after this cursor." })
  readonly after?: string | null;

  @Field(() => Int, { nullable: true, description: "The number of records at most, from the end on." })
  readonly last?: number | null;

  @Field(() => String, { nullable: true, description: "Only what comes before this cursor." })
  readonly before?: string | null;
}

/** An end of a range of positions. */
export interface PageEnd {
  readonly position: Position;
  readonly isIncluded: boolean;
}

/** A page as the store is asked for it. */
export interface PageRequest {
  readonly order: Order;
  readonly limit: number;
  /** True if it is the last of the range that is wanted, not the first. */
  readonly backward: boolean;
  readonly after: PageEnd | null;
  readonly before: PageEnd | null;
}

export const DEFAULT_PAGE = 20;

/** @throws BAD_USER_INPUT if the arguments contradict each other or leave their bounds. */
export function pageRequest(
  { first, after, last, before }: PageArgs,
  order: Order,
  { mostPerPage, cursors, list }: { mostPerPage: number; cursors: Cursors; list: string },
): PageRequest {
  const given = first ?? last;
  if (first != null && last != null)
    throw new DomainError("BAD_USER_INPUT", "A page is given by `first` or by `last`, not by both.", ["last"]);
  if (given != null && (given < 1 || given > mostPerPage))
    throw new DomainError("BAD_USER_INPUT", `A page has 1 to ${mostPerPage} records.`, [
      first == null ? "last" : "first",
    ]);
  const end = (cursor: string | null | undefined, argument: string): PageEnd | null =>
    cursor == null ? null : { position: cursors.read(list, cursor, argument), isIncluded: false };
  return {
    order,
    limit: given ?? DEFAULT_PAGE,
    backward: last != null,
    after: end(after, "after"),
    before: end(before, "before"),
  };
}

/** The one nearest record at or beyond an end of the page's range: whether there is one. */
export const beyond = (side: "after" | "before", { order, [side]: end }: PageRequest): PageRequest => {
  const included = end && { ...end, isIncluded: true };
  return {
    order,
    limit: 1,
    backward: side === "after",
    after: side === "before" ? included : null,
    before: side === "after" ? included : null,
  };
};
