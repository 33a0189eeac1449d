import { Field, InputType } from "type-graphql";
import { valueCriterion } from "./value-tests.js";

@InputType({ description: "Conditions on a text. Several conditions must all hold; null is no condition." })
export class TextFilter {
  @Field(() => String, { nullable: true, description: "Exactly this text." })
  readonly eq?: string | null;

  @Field(() => [String], { nullable: true, description: "One of these texts, 100 at most." })
  readonly in?: string[] | null;

  @Field(() => String, {
    nullable: true,
    description: "Texts that hold these 1 to 64 characters somewhere, in upper and lower case as written.",
  })
  readonly contains?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "Texts that begin with these 1 to 64 characters, in upper and lower case as written.",
  })
  readonly startsWith?: string | null;

  @Field(() => Boolean, { nullable: true, description: "True: records without a text. False: records with one." })
  readonly isNull?: boolean | null;

  @Field(() => TextFilter, { nullable: true, description: "Texts for which this does not hold." })
  readonly not?: TextFilter | null;
}

export const text = valueCriterion(() => TextFilter);
