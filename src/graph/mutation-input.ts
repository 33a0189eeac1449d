import { Arg, type ClassType, Field, InputType } from "type-graphql";
import type { Caller } from "../caller.js";
import { DomainError } from "../errors.js";
import type { Intent } from "../store/idempotency.js";
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

/** Returns the fields that an input sets. Null empties a field. */
export const withoutUndefined = <T extends object>(fields: T): Partial<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;

/** Refuses null in fields that cannot be empty. @throws BAD_USER_INPUT */
export function refuseNull<T extends object>(input: T, fields: readonly (keyof T & string)[]): void {
  const empty = fields.find((field) => input[field] === null);
  if (empty)
    throw new DomainError("BAD_USER_INPUT", "This is never empty: leave it out, and it stays as it is.", [
      "input",
      empty,
    ]);
}

type StoredName<S extends string> = S extends `${infer First}${infer Rest}`
  ? First extends Lowercase<First>
    ? `${First}${StoredName<Rest>}`
    : `_${Lowercase<First>}${StoredName<Rest>}`
  : S;

/** The fields of an input under their stored names. */
type StoredFields<I, Own extends keyof I> = {
  readonly [F in Exclude<keyof I & string, Own | keyof MutationInput> as StoredName<F>]?: Exclude<I[F], undefined>;
};

/** Returns the stored name of a field: `homeDir` becomes `home_dir`. */
const storedName = (field: string): string => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/**
 * Returns the fields that an input sets, under stored names. Null empties a field.
 * @param excluded fields that the use-case stores itself: names, and values that are stored in another form.
 */
export function storedFields<I extends MutationInput, const Own extends keyof I & string>(
  input: I,
  excluded: readonly Own[],
): StoredFields<I, Own> {
  const excludedFields = new Set<string>([...excluded, "idempotencyKey" satisfies keyof MutationInput]);
  const entries = Object.entries(input).filter(([field, value]) => value !== undefined && !excludedFields.has(field));
  return Object.fromEntries(entries.map(([field, value]) => [storedName(field), value])) as StoredFields<I, Own>;
}
