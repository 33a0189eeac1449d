import { DomainError } from "../errors.js";
import type { Credentials } from "../runtime/image-builder.js";
import { asWord } from "../text/masked.js";

type Matches = (text: string) => boolean;

const contains = (value: unknown, matches: Matches): boolean =>
  typeof value === "string"
    ? matches(value)
    : typeof value === "object" &&
      value !== null &&
      Object.entries(value).some(([key, each]) => matches(key) || contains(each, matches));

/**
 * @throws BAD_USER_INPUT if a readable field contains the password, or the user name as a word. The owner, a user of
 * Rocas, may have the same name elsewhere.
 */
export function refuseReadableSecret(
  { username, password }: Credentials,
  fields: Readonly<Record<string, unknown>>,
): void {
  const name = asWord(username);
  for (const [field, value] of Object.entries(fields)) {
    if (contains(value, (text) => text.includes(password))) throw readableSecret("password", field);
    if (field !== "owner" && contains(value, (text) => text.search(name) >= 0))
      throw readableSecret("user name", field);
  }
}

const readableSecret = (what: string, field: string) =>
  new DomainError(
    "BAD_USER_INPUT",
    `The ${what} must not stand in a field that can be read: leave it out there; builds use it by the name of the chest.`,
    ["input", field],
  );
