import { prop } from "@typegoose/typegoose";
import { Field, InputType, Int, ObjectType } from "type-graphql";
import { DomainError } from "../errors.js";

const MOST_KEPT = 10_000;
const MOST_DAYS = 36_500;

@ObjectType({
  description:
    "Which superseded records are kept: those that either of its rules keeps, and all that something needs (a deployment, an alias, a training under way, the lineage of a kept model version). The others go by themselves.",
})
export class RetentionPolicy {
  @Field(() => Int, {
    name: "keepLast",
    nullable: true,
    description: "How many of each name are kept, the newest, the current one among them; null: the number keeps none.",
  })
  @prop({ type: () => Number })
  readonly keep_last?: number | null;

  @Field(() => Int, {
    name: "keepDays",
    nullable: true,
    description: "For how many days after it was made a record is kept in any case; null: its age keeps none.",
  })
  @prop({ type: () => Number })
  readonly keep_days?: number | null;
}

@InputType({
  description: "Which superseded records are kept: those that either rule keeps. At least one of the two is given.",
})
export class RetentionPolicyInput {
  @Field(() => Int, {
    nullable: true,
    description: "How many of each name are kept, the newest, the current one among them: 1 to 10,000.",
  })
  readonly keepLast?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: "For how many days after it was made a record is kept in any case: 1 to 36,500.",
  })
  readonly keepDays?: number | null;
}

/** The policy as it is stored; undefined stays undefined, and null keeps all. @throws BAD_USER_INPUT */
export function retentionOf(input: RetentionPolicyInput | null | undefined): RetentionPolicy | null | undefined {
  if (input == null) return input;
  const { keepLast = null, keepDays = null } = input;
  const path = ["input", "retention"];
  if (keepLast === null && keepDays === null)
    throw new DomainError(
      "BAD_USER_INPUT",
      "A policy has `keepLast` or `keepDays`; null in its place keeps all.",
      path,
    );
  refuseBeyond(keepLast, MOST_KEPT, [...path, "keepLast"]);
  refuseBeyond(keepDays, MOST_DAYS, [...path, "keepDays"]);
  return { keep_last: keepLast, keep_days: keepDays };
}

function refuseBeyond(value: number | null, most: number, path: readonly string[]): void {
  if (value !== null && (value < 1 || value > most))
    throw new DomainError("BAD_USER_INPUT", `This is 1 to ${most.toLocaleString("en")}.`, path);
}
