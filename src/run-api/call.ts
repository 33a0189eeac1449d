import type { IncomingMessage } from "node:http";
import type { App } from "../app.js";
import { DomainError } from "../errors.js";
import { asJsonObject } from "../graph/json-object.js";
import type { SentFile } from "../http/send-file.js";
import type { Attempt } from "./attempt.js";

/** A body may take long (large files), but a connection on which nothing moves is given up. */
export const IDLE_MS = 120_000;

/** One request of a container. */
export interface ContainerCall {
  readonly app: App;
  readonly attempt: Attempt;
  readonly request: IncomingMessage;
  /** The texts of the path between its fixed parts, decoded. */
  readonly parts: readonly string[];
}

/** A file on its way to a container. */
export class FileAnswer {
  constructor(readonly file: SentFile) {}
}

/** An answer without a body. */
export class HeaderAnswer {
  constructor(readonly headers: Readonly<Record<string, string>>) {}
}

/** Answers with JSON, headers alone or a file; what it throws becomes the error. */
export type Endpoint = (call: ContainerCall) => Promise<object>;

export type Fields = Readonly<Record<string, unknown>>;

function refuse(path: string, what: string): never {
  throw new DomainError("BAD_USER_INPUT", `${path}: ${what}`, path.split("."));
}

/**
 * Input from containers is hostile: an object with these fields and no others; nothing is one without fields. @throws
 * BAD_USER_INPUT
 */
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

/** @throws BAD_USER_INPUT where it is no number from `least` to `most` (NaN and infinities are none). */
export function numberField(fields: Fields, name: string, least: number, most: number): number | null {
  const value = fields[name] ?? null;
  if (value === null) return null;
  const good = typeof value === "number" && Number.isFinite(value) && value >= least && value <= most;
  return good ? value : refuse(name, `a number from ${least} to ${most} is expected.`);
}

/** @throws BAD_USER_INPUT */
export function integerField(fields: Fields, name: string, least: number, most: number): number | null {
  const value = numberField(fields, name, least, most);
  return value === null || Number.isSafeInteger(value) ? value : refuse(name, "a whole number is expected.");
}

/** @throws BAD_USER_INPUT */
export function booleanField(fields: Fields, name: string): boolean | null {
  const value = fields[name] ?? null;
  return value === null || typeof value === "boolean" ? value : refuse(name, "true or false is expected.");
}

/** @throws BAD_USER_INPUT */
export function listField(fields: Fields, name: string, most: number): readonly unknown[] {
  const value = fields[name] ?? [];
  return Array.isArray(value) && value.length <= most ? value : refuse(name, `a list of at most ${most} is expected.`);
}

/** An empty one where it is left out. @throws BAD_USER_INPUT naming the key that no JSON object of ours may have. */
export function objectField(fields: Fields, name: string): Record<string, unknown> {
  try {
    return asJsonObject(fields[name] ?? {});
  } catch (error) {
    if (error instanceof DomainError) refuse(name, error.message);
    throw error;
  }
}

/** @throws BAD_USER_INPUT where it is left out. */
export function requiredField<T>(value: T | null, name: string): T {
  return value ?? refuse(name, "is missing.");
}
