import { Field, InputType } from "type-graphql";
import { DomainError } from "../errors.js";
import { isReadableName } from "../names.js";

const MOST_NAMES = 100;

@InputType({ description: "Which names. Several conditions must all hold." })
export class NameFilter {
  @Field(() => String, { nullable: true, description: "Exactly this name." })
  readonly eq?: string | null;

  @Field(() => [String], { nullable: true, description: "One of these names, 100 at most." })
  readonly in?: string[] | null;
}

/**
 * The names that a filter lets through, or null where it lets everything through.
 * @throws BAD_USER_INPUT where a name could not be one, or there are too many.
 */
export function namesOf(filter: NameFilter | null | undefined, path: readonly string[]): string[] | null {
  if (filter?.eq == null && filter?.in == null) return null;
  const names = filter.in ?? [filter.eq ?? ""];
  if (names.length > MOST_NAMES)
    throw new DomainError("BAD_USER_INPUT", `At most ${MOST_NAMES} names.`, [...path, "in"]);
  if (!names.every(isReadableName))
    throw new DomainError("BAD_USER_INPUT", "A name has 1 to 128 printable characters.", path);
  return filter.eq == null ? names : names.filter((name) => name === filter.eq);
}
