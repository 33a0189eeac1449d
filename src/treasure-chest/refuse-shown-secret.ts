import { DomainError } from "../errors.js";

const holds = (value: unknown, secret: string): boolean =>
  typeof value === "string"
    ? value.includes(secret)
    : typeof value === "object" &&
      value !== null &&
      Object.entries(value).some(([key, each]) => key.includes(secret) || holds(each, secret));

/** @throws BAD_USER_INPUT where the password stands in a field that everybody reads. */
export function refuseShownSecret(password: string, fields: Readonly<Record<string, unknown>>): void {
  for (const [field, value] of Object.entries(fields))
    if (holds(value, password))
      throw new DomainError("BAD_USER_INPUT", "The password must not stand in a field that can be read.", [
        "input",
        field,
      ]);
}
