import type { MutationInput } from "./mutation-input.js";

type StoredName<S extends string> = S extends `${infer First}${infer Rest}`
  ? First extends Lowercase<First>
    ? `${First}${StoredName<Rest>}`
    : `_${Lowercase<First>}${StoredName<Rest>}`
  : S;

/** The fields of an input by the names under which the store has them. */
type StoredFields<I, Own extends keyof I> = {
  readonly [F in Exclude<keyof I & string, Own | keyof MutationInput> as StoredName<F>]?: Exclude<I[F], undefined>;
};

/** The stored name of a field of the graph: `homeDir` is `home_dir`. */
const storedName = (field: string): string => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/**
 * Returns what an input sets, under stored names. What it leaves out is not there; null empties a field.
 * @param own fields that the use-case stores itself: names, and what is stored in another form.
 */
export function storedFields<I extends MutationInput, const Own extends keyof I & string>(
  input: I,
  own: readonly Own[],
): StoredFields<I, Own> {
  const left = new Set<string>([...own, "idempotencyKey" satisfies keyof MutationInput]);
  const set = Object.entries(input).filter(([field, value]) => value !== undefined && !left.has(field));
  return Object.fromEntries(set.map(([field, value]) => [storedName(field), value])) as StoredFields<I, Own>;
}
