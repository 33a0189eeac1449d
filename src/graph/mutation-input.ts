import { Arg, type ClassType, Field, InputType } from "type-graphql";
import type { Caller } from "../caller.js";
import type { Intent } from "../store/intent.js";
import { ShortTextScalar } from "./scalars.js";

@InputType({ description: "What every mutation takes." })
export abstract class MutationInput {
  @Field(() => ShortTextScalar, {
    nullable: true,
    description:
      "Chosen by the caller. A repeat of the same mutation with the same key within 24 hours has no second effect and answers with the same record.",
  })
  readonly idempotencyKey?: string | null;
}

@InputType({ description: "What every deletion takes." })
export abstract class DeletionInput extends MutationInput {
  @Field(() => Boolean, {
    defaultValue: false,
    description: "True to delete the records that it owns with it, and to cancel work under way for it.",
  })
  readonly cascade!: boolean;
}

export const intentOf = (caller: Caller, mutation: string, input: MutationInput): Intent => ({
  caller,
  mutation,
  input,
  idempotencyKey: input.idempotencyKey,
});

/** The one argument of a mutation. */
export const Input = (type: () => ClassType<object>) =>
  Arg("input", type, { description: "The input of the mutation." });
