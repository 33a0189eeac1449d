import { BsonWriter, printValue } from "../bson/bson-writer.js";
import type { FieldPath, Segment } from "../bson/field-path.js";
import { ElementType, fieldsOf, NULL_VALUE, type Value } from "../bson/value.js";
import { CommandError } from "../errors/command-error.js";

/** Padding of an array up to a far index, as MongoDB bounds it. */
const MOST_PADDING = 1_500_000;

export type Node = Value | Branch;

/** An object or array under change: only what a path leads through is taken apart, all else stays bytes. */
export class Branch {
  constructor(
    readonly isArray: boolean,
    readonly entries: { name: string; node: Node }[],
  ) {}

  static of(value: Value): Branch {
    return new Branch(
      value.isArray,
      [...fieldsOf(value)].map(([name, node]) => ({ name, node })),
    );
  }

  get(segment: Segment): Node | undefined {
    if (this.isArray) return this.entries[segment.index]?.node;
    return this.entries.find(({ name }) => name === segment.text)?.node;
  }

  set(segment: Segment, node: Node): void {
    if (!this.isArray) {
      const existing = this.entries.find(({ name }) => name === segment.text);
      if (existing) existing.node = node;
      else this.entries.push({ name: segment.text, node });
      return;
    }
    if (segment.index - this.entries.length > MOST_PADDING) {
      throw new CommandError("BadValue", `can't backfill more than ${MOST_PADDING} elements`, 2);
    }
    while (this.entries.length <= segment.index) this.entries.push({ name: "", node: NULL_VALUE });
    this.entries[segment.index] = { name: "", node };
  }

  /** An array's other elements keep their places. */
  remove(segment: Segment): void {
    if (this.isArray) {
      if (segment.index >= 0 && segment.index < this.entries.length) this.set(segment, NULL_VALUE);
      return;
    }
    const at = this.entries.findIndex(({ name }) => name === segment.text);
    if (at >= 0) this.entries.splice(at, 1);
  }

  written(): Buffer {
    const writer = new BsonWriter(1024);
    this.write(writer, writer.begin());
    return Buffer.from(writer.finished());
  }

  private write(writer: BsonWriter, begun: number): void {
    this.entries.forEach(({ name, node }, at) => {
      const label = this.isArray ? String(at) : name;
      if (node instanceof Branch) {
        node.write(writer, writer.beginField(node.isArray ? ElementType.ARRAY : ElementType.OBJECT, label));
      } else {
        writer.value(label, node);
      }
    });
    writer.end(begun);
  }
}

export const isBranch = (node: Node): node is Branch => node instanceof Branch;

/** If a path leads to nothing: it is made; or it is an error only if it could not be made; or it is ignored. */
type Missing = "make" | "check" | "ignore";

/**
 * The holder of the path's last segment, or undefined if it is missing and not made.
 * @throws CommandError if the way leads through a value that holds no fields, unless that is ignored.
 */
export function holderAt(root: Branch, path: FieldPath, missing: Missing): Branch | undefined {
  const creates = missing === "make";
  let holder = root;
  const last = path.segments.length - 1;
  for (let at = 0; at < last; at += 1) {
    const segment = path.segments[at]!;
    refuseNameInArray(holder, segment, path, at, missing);
    const node = holder.get(segment);
    if (node === undefined) {
      if (!creates) return undefined;
      const made = new Branch(false, []);
      holder.set(segment, made);
      holder = made;
      continue;
    }
    const branch = isBranch(node) ? node : node.isObject || node.isArray ? Branch.of(node) : undefined;
    if (!branch) {
      if (missing === "ignore") return undefined;
      throw notViable(path.segments[at + 1]!, segment, node as Value);
    }
    if (branch !== node) holder.set(segment, branch);
    holder = branch;
  }
  refuseNameInArray(holder, path.segments[last]!, path, last, missing);
  return holder;
}

function refuseNameInArray(holder: Branch, segment: Segment, path: FieldPath, at: number, missing: Missing): void {
  if (!holder.isArray || segment.index >= 0 || missing === "ignore") return;
  const name = path.segments[at - 1]?.text ?? "";
  throw new CommandError("PathNotViable", `Cannot create field '${segment.text}' in element {${name}: [...]}`);
}

const notViable = (wanted: Segment, { text }: Segment, value: Value): CommandError =>
  new CommandError("PathNotViable", `Cannot create field '${wanted.text}' in element {${text}: ${printValue(value)}}`);

export const REMOVED = Symbol("removed");
/** Nothing is to be done. */
export const KEPT = Symbol("kept");

export type Outcome = Node | typeof REMOVED | typeof KEPT;

/** The change that one operator makes at one path. */
export interface Change {
  readonly path: FieldPath;
  readonly operator: string;
  readonly missing: Missing;
  readonly onInsertOnly?: boolean;
  apply(before: Node | undefined, document: string): Outcome;
}
