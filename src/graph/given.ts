import { DomainError } from "../errors.js";

/** The fields of a change that were given: undefined means left out, null means emptied. */
export const given = <T extends object>(fields: T): Partial<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;

/** Refuses null for fields that cannot be empty. @throws BAD_USER_INPUT */
export function refuseNull<T extends object>(input: T, fields: readonly (keyof T & string)[]): void {
  const empty = fields.find((field) => input[field] === null);
  if (empty)
    throw new DomainError("BAD_USER_INPUT", "This is never empty: leave it out, and it stays as it is.", [
      "input",
      empty,
    ]);
}
