import { prop } from "@typegoose/typegoose";
import { Field, InputType, Int, ObjectType } from "type-graphql";
import { DomainError } from "../errors.js";

const MAX_KEPT = 10_000;
const MAX_DAYS = 36_500;

@ObjectType({
  description:
    "The rules that decide which superseded records are kept: those that either rule keeps, and all that are still needed (by a deployment, an alias, a training under way, the lineage of a kept model version). The others are deleted by the server.",
})
export class RetentionPolicy {
  @Field(() => Int, {
    name: "keepLast",
    nullable: true,
    description:
      "The number of records of each name that are kept, newest first, the current one included. Null: no record is kept for its number.",
  })
  @prop({ type: () => Number })
  readonly keep_last?: number | null;

  @Field(() => Int, {
    name: "keepDays",
    nullable: true,
    description:
      "The number of days for which a record is kept after it was made, 1 to 36,500. Null: no record is kept for its age.",
  })
  @prop({ type: () => Number })
  readonly keep_days?: number | null;
}

@InputType({
  description:
    "The rules that decide which superseded records are kept: those that either rule keeps. At least one of the two is given.",
})
export class RetentionPolicyInput {
  @Field(() => Int, {
    nullable: true,
    description:
      "The number of records of each name that are kept, newest first, the current one included: 1 to 10,000.",
  })
  readonly keepLast?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: "The number of days for which a record is kept after it was made: 1 to 36,500.",
  })
  readonly keepDays?: number | null;
}

/** Returns the stored form of a policy; null keeps everything. @throws BAD_USER_INPUT */
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
  refuseOutOfRange(keepLast, MAX_KEPT, [...path, "keepLast"]);
  refuseOutOfRange(keepDays, MAX_DAYS, [...path, "keepDays"]);
  return { keep_last: keepLast, keep_days: keepDays };
}

function refuseOutOfRange(value: number | null, max: number, path: readonly string[]): void {
  if (value !== null && (value < 1 || value > max))
    throw new DomainError("BAD_USER_INPUT", `This is a whole number from 1 to ${max.toLocaleString("en")}.`, path);
}
