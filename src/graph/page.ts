import { ArgsType, Field, Int } from "type-graphql";
import { DomainError } from "../errors.js";
import { kindOf } from "./id.js";

@ArgsType()
export class PageArgs {
  @Field(() => Int, {
    nullable: true,
    description: "How many at most, from the newest on; 20 where neither `first` nor `last` is given.",
  })
  readonly first?: number | null;

  @Field(() => String, { nullable: true, description: "Only what comes after this cursor." })
  readonly after?: string | null;

  @Field(() => Int, { nullable: true, description: "How many at most, from the oldest on." })
  readonly last?: number | null;

  @Field(() => String, { nullable: true, description: "Only what comes before this cursor." })
  readonly before?: string | null;
}

/** A page as the store is asked for it. Connections go from the newest id to the oldest; ids sort by the time they were made. */
export interface PageRequest {
  readonly limit: number;
  readonly backward: boolean;
  readonly after: string | null;
  readonly before: string | null;
}

export const DEFAULT_PAGE = 20;

/** The order is part of the cursor, so that one from another order is refused instead of misread. */
const ORDER = "newest:";
export const cursorOf = ({ _id }: { readonly _id: string }): string => Buffer.from(ORDER + _id).toString("base64url");

function idIn(cursor: string | null | undefined, argument: string): string | null {
  if (cursor === null || cursor === undefined) return null;
  const text = Buffer.from(cursor.slice(0, 200), "base64url").toString();
  const id = text.startsWith(ORDER) ? text.slice(ORDER.length) : "";
  if (kindOf(id)) return id;
  throw new DomainError("BAD_USER_INPUT", "A cursor is one that a page of the same connection gave.", [argument]);
}

/** @throws BAD_USER_INPUT where the arguments contradict each other or leave their bounds. */
export function pageRequest({ first, after, last, before }: PageArgs, mostPerPage: number): PageRequest {
  const given = first ?? last;
  if (first != null && last != null)
    throw new DomainError("BAD_USER_INPUT", "A page is given by `first` or by `last`, not by both.", ["last"]);
  if (given != null && (given < 1 || given > mostPerPage))
    throw new DomainError("BAD_USER_INPUT", `A page has 1 to ${mostPerPage} records.`, [
      first == null ? "last" : "first",
    ]);
  return {
    limit: given ?? DEFAULT_PAGE,
    backward: last != null,
    after: idIn(after, "after"),
    before: idIn(before, "before"),
  };
}
