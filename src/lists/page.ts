import { createHmac, timingSafeEqual } from "node:crypto";
import { EJSON } from "bson";
import { ArgsType, Field, Int } from "type-graphql";
import { DomainError } from "../errors.js";
import type { Order } from "./order.js";
import { DEFAULT_PAGE } from "./page-size.js";

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

/** The range of an order that makes the page. */
export interface PageRequest {
  readonly order: Order;
  readonly limit: number;
  /** True for the last records of the range, false for the first. */
  readonly backward: boolean;
  readonly after: PageEnd | null;
  readonly before: PageEnd | null;
}

/** @throws BAD_USER_INPUT if the arguments contradict each other or their bounds. */
export function pageRequest(
  { first, after, last, before }: PageArgs,
  order: Order,
  { maxPerPage, cursors, list }: { maxPerPage: number; cursors: Cursors; list: string },
): PageRequest {
  const count = first ?? last;
  if (first != null && last != null)
    throw new DomainError("BAD_USER_INPUT", "A page is given by `first` or by `last`, not by both.", ["last"]);
  if (count != null && (count < 1 || count > maxPerPage))
    throw new DomainError("BAD_USER_INPUT", `A page has 1 to ${maxPerPage} records.`, [
      first == null ? "last" : "first",
    ]);
  const end = (cursor: string | null | undefined, argument: string): PageEnd | null =>
    cursor == null ? null : { position: cursors.read(list, cursor, argument), isIncluded: false };
  return {
    order,
    limit: count ?? DEFAULT_PAGE,
    backward: last != null,
    after: end(after, "after"),
    before: end(before, "before"),
  };
}

/** Returns the request for the one record that is nearest to an end of the page's range, outside of it. */
export const nearestBeyond = (side: "after" | "before", { order, [side]: end }: PageRequest): PageRequest => {
  const included = end && { ...end, isIncluded: true };
  return {
    order,
    limit: 1,
    backward: side === "after",
    after: side === "before" ? included : null,
    before: side === "after" ? included : null,
  };
};

/** The position of a record in an order: the compared values and its id. */
export interface Position {
  readonly values: readonly unknown[];
  readonly id: string;
}

const MAC_BYTES = 12;
const MAX_CURSOR_CHARACTERS = 8_192;

/** Writes positions as cursors. They are signed, and valid only for the list and order that gave them. */
export class Cursors {
  constructor(private readonly key: string) {}

  write(list: string, { values, id }: Position): string {
    const content = EJSON.stringify([...values, id], { relaxed: false });
    return Buffer.concat([this.mac(list, content), Buffer.from(content)]).toString("base64url");
  }

  /** @throws BAD_USER_INPUT if the cursor is from another list or order. */
  read(list: string, cursor: string, argument: string): Position {
    const bytes = cursor.length > MAX_CURSOR_CHARACTERS ? Buffer.alloc(0) : Buffer.from(cursor, "base64url");
    const [mac, content] = [bytes.subarray(0, MAC_BYTES), bytes.subarray(MAC_BYTES).toString()];
    if (mac.length !== MAC_BYTES || !timingSafeEqual(mac, this.mac(list, content)))
      throw new DomainError(
        "BAD_USER_INPUT",
        "This is no cursor of this list in this order: give an `endCursor` or `startCursor` that a page of it had, with the same `orderBy`.",
        [argument],
      );
    const parts = EJSON.parse(content, { relaxed: false }) as unknown[];
    return { values: parts.slice(0, -1), id: parts.at(-1) as string };
  }

  private mac(list: string, content: string): Buffer {
    return createHmac("sha256", this.key).update(`${list}\n${content}`).digest().subarray(0, MAC_BYTES);
  }
}
