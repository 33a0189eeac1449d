import { DomainError } from "../errors.js";
import { asJsonObject } from "../graph/json-object.js";

export type Fields = Readonly<Record<string, unknown>>;

function refuse(path: string, what: string): never {
  throw new DomainError("BAD_USER_INPUT", `${path}: ${what}`, path.split("."));
}

/** Returns the fields of hostile input: an object without other fields, or nothing. @throws BAD_USER_INPUT */
export function fieldsOf(value: unknown = {}, allowed: readonly string[], path = "body"): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) refuse(path, "an object is expected.");
  if (Object.keys(value).some((each) => !allowed.includes(each)))
    refuse(path, `only the fields ${allowed.join(", ")} are known.`);
  return value as Fields;
}

/** @throws BAD_USER_INPUT */
export function textField(fields: Fields, name: string): string | null {
  const value = fields[name] ?? null;
  if (value === null) return null;
  return typeof value === "string" && value.isWellFormed() ? value : refuse(name, "well-formed text is expected.");
}

/** @throws BAD_USER_INPUT if it is no number from `min` to `max`; NaN and infinities are none */
export function numberField(fields: Fields, name: string, min: number, max: number): number | null {
  const value = fields[name] ?? null;
  if (value === null) return null;
  const good = typeof value === "number" && Number.isFinite(value) && value >= min && value <= max;
  return good ? value : refuse(name, `a number from ${min} to ${max} is expected.`);
}

/** @throws BAD_USER_INPUT */
export function integerField(fields: Fields, name: string, min: number, max: number): number | null {
  const value = numberField(fields, name, min, max);
  return value === null || Number.isSafeInteger(value) ? value : refuse(name, "a whole number is expected.");
}

/** @throws BAD_USER_INPUT */
export function booleanField(fields: Fields, name: string): boolean | null {
  const value = fields[name] ?? null;
  return value === null || typeof value === "boolean" ? value : refuse(name, "true or false is expected.");
}

/** @throws BAD_USER_INPUT */
export function listField(fields: Fields, name: string, max: number): readonly unknown[] {
  const value = fields[name] ?? [];
  return Array.isArray(value) && value.length <= max ? value : refuse(name, `a list of at most ${max} is expected.`);
}

/** Returns an empty object if it is left out. @throws BAD_USER_INPUT with the forbidden key */
export function objectField(fields: Fields, name: string): Record<string, unknown> {
  try {
    return asJsonObject(fields[name] ?? {});
  } catch (error) {
    if (error instanceof DomainError) refuse(name, error.message);
    throw error;
  }
}

/** @throws BAD_USER_INPUT if it is left out */
export function requiredField<T>(value: T | null, name: string): T {
  return value ?? refuse(name, "is missing.");
}
