import { CommandError } from "../errors/command-error.js";
import { fieldOf, FieldReader, type Value } from "./value.js";

export interface Segment {
  readonly name: Buffer;
  readonly text: string;
  /** The element meant if the holder is an array; -1 for a name that is no number. */
  readonly index: number;
}

/** A dotted path, taken apart once. */
export class FieldPath {
  readonly segments: readonly Segment[];

  constructor(readonly text: string) {
    this.segments = text.split(".").map((part) => ({
      name: Buffer.from(part),
      text: part,
      index: /^(0|[1-9]\d{0,8})$/.test(part) ? Number(part) : -1,
    }));
  }
}

export function elementAt(array: Value, index: number): Value | undefined {
  const fields = new FieldReader(array);
  for (let at = 0; fields.next(); at += 1) if (at === index) return fields.value;
  return undefined;
}

/** Asked of a value, or of a missing field. @param isElement an array's element named by its index: not to be opened itself. */
export type Passes = (value: Value | undefined, isElement?: boolean) => boolean;

/**
 * True if one of the values that the path leads to passes. Arrays on the way are entered: by index and into
 * every object in them. An array at the end is given whole.
 */
export function anyAt(holder: Value, path: FieldPath, passes: Passes, from = 0): boolean {
  const { segments } = path;
  let value: Value = holder;
  for (let at = from; at < segments.length; at += 1) {
    const segment = segments[at]!;
    if (value.isArray) return anyInArray(value, path, passes, at);
    const found = value.isObject ? fieldOf(value, segment.name) : undefined;
    if (!found) return passes(undefined);
    value = found;
  }
  return passes(value);
}

function anyInArray(array: Value, path: FieldPath, passes: Passes, at: number): boolean {
  const { index } = path.segments[at]!;
  const fields = new FieldReader(array);
  for (let position = 0; fields.next(); position += 1) {
    const element = fields.value;
    if (element.isObject && anyAt(element, path, passes, at)) return true;
    if (position !== index) continue;
    if (at + 1 === path.segments.length) {
      if (passes(element, true)) return true;
      continue;
    }
    // A value that is no holder has nothing further down, not even a missing field.
    if ((element.isObject || element.isArray) && anyAt(element, path, passes, at + 1)) return true;
  }
  return false;
}

/** A path as clients may name it. @throws CommandError for an empty part. */
export function parsePath(text: string, code: "BadValue" | "EmptyFieldName" = "BadValue"): FieldPath {
  const path = new FieldPath(text);
  if (path.segments.some((segment) => segment.text === "")) {
    throw new CommandError(code, `The path "${text}" has an empty part.`);
  }
  return path;
}
