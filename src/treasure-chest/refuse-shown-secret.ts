import { DomainError } from "../errors.js";
import type { Credentials } from "../runtime/image-builder.js";
import { asWord } from "../text/masked.js";

type Shows = (text: string) => boolean;

const holds = (value: unknown, shows: Shows): boolean =>
  typeof value === "string"
    ? shows(value)
    : typeof value === "object" &&
      value !== null &&
      Object.entries(value).some(([key, each]) => shows(key) || holds(each, shows));

/**
 * @throws BAD_USER_INPUT if the password, or the user name as a word of its own, stands in a field that everybody
 * reads. The owner is a user of Rocas, who may have the same name elsewhere.
 */
export function refuseShownSecret(
  { username, password }: Credentials,
  fields: Readonly<Record<string, unknown>>,
): void {
  const name = asWord(username);
  for (const [field, value] of Object.entries(fields)) {
    if (holds(value, (text) => text.includes(password))) throw shown("password", field);
    if (field !== "owner" && holds(value, (text) => text.search(name) >= 0)) throw shown("user name", field);
  }
}

const shown = (what: string, field: string) =>
  new DomainError(
    "BAD_USER_INPUT",
    `The ${what} must not stand in a field that can be read: leave it out there; builds use it by the name of the chest.`,
    ["input", field],
  );
