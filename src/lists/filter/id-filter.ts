import { Field, ID, InputType } from "type-graphql";
import { type Criterion, fieldAt } from "./criterion.js";
import { testsDemand } from "./value-tests.js";

@InputType({ description: "Conditions on an id. Several conditions must all hold; null is no condition." })
export class IdFilter {
  @Field(() => ID, { nullable: true, description: "Exactly this id." })
  readonly eq?: string | null;

  @Field(() => [ID], { nullable: true, description: "One of these ids, 100 at most." })
  readonly in?: string[] | null;
}

/** A filter by the id of the record, or of the record that a snapshot froze. */
export const id = (description: string): Criterion => ({
  type: () => IdFilter,
  description,
  demand: (tests: IdFilter, at, asking) =>
    testsDemand(tests, fieldAt(at, "_id"), at.indexed === null ? null : `${at.indexed}_id`, at, asking),
});
