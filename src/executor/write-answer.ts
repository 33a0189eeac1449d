import { BSONType } from "bson";
import { type GraphQLError, locatedError } from "graphql";
import type { Places } from "../documents/places.js";
import { decodeElement, documentEnd, HEADER_BYTES, keyEnd, valueEnd } from "../documents/raw-document.js";
import { CLOSE_LIST, CLOSE_OBJECT, COMMA, JsonWriter, OPEN_LIST, OPEN_OBJECT } from "./json-writer.js";
import type { FieldPlan, OutputPlan, SelectionPlan } from "./plan.js";
import { Failure, Resolved } from "./resolved.js";

/** A document without fields: of a value that is no document, graphql-js finds no fields either. */
const EMPTY = Uint8Array.of(5, 0, 0, 0, 0);

const NO_VALUES: readonly unknown[] = [];

/** An answer without its errors in JSON, and the errors. */
export interface WrittenAnswer {
  /** An object with the one key `data`. */
  readonly json: Buffer;
  readonly errors: readonly GraphQLError[];
}

/**
 * Writes an answer, and collects its errors in the order of the answer.
 * @param places those of the stored fields in its documents
 * @param size the bytes that it probably takes
 */
export function writeAnswer(root: Resolved, places: Places, size: number): WrittenAnswer {
  const answer = new AnswerWriter(new JsonWriter(size), places);
  const { json, errors } = answer;
  json.ascii('{"data":');
  if (!answer.object(root)) json.null();
  json.byte(CLOSE_OBJECT);
  return { json: json.written, errors };
}

type ListPlan = Extract<OutputPlan, { readonly as: "LIST" }>;

/**
 * Writes values as JSON. Each method returns false if its value cannot be null and is: what was written of the parent is
 * taken back, and the nearest value around it that can be null is.
 */
class AnswerWriter {
  readonly errors: GraphQLError[] = [];
  private readonly path: (string | number)[] = [];
  /** The number of times that something was taken back: what was written before may be gone. */
  private takenBack = 0;

  constructor(
    readonly json: JsonWriter,
    private readonly places: Places,
  ) {}

  /** Writes an object, or copies it if it was written before. */
  object(resolved: Resolved): boolean {
    const { json, errors } = this;
    const { plan, document, places, values } = resolved;
    const bytes = document ? document.bytes : null;
    if (!resolved.isShared) return this.members(plan, bytes, places, values);
    if (resolved.written?.takenBack === this.takenBack) {
      json.repeat(resolved.written.start, resolved.written.end);
      return true;
    }
    const start = json.length;
    const errorsBefore = errors.length;
    const isWritten = this.members(plan, bytes, places, values);
    if (isWritten && errors.length === errorsBefore)
      resolved.written = { start, end: json.length, takenBack: this.takenBack };
    return isWritten;
  }

  /**
   * @param bytes of the document that its stored fields are written from; null if all values are in `values`.
   * @param places the index of the first one's place
   */
  private members(plan: SelectionPlan, bytes: Uint8Array | null, places: number, values: readonly unknown[]): boolean {
    const { json, path } = this;
    const { fields } = plan;
    const start = json.length;
    if (fields.length === 0) json.byte(OPEN_OBJECT);
    for (let index = 0; index < fields.length; index += 1) {
      const field = fields[index]!;
      json.copy(field.label, 0, field.label.length);
      path.push(field.responseName);
      const isWritten = bytes
        ? this.ofDocument(field, index, bytes, places, plan, values)
        : this.completed(field.output, values[index], field);
      path.pop();
      if (!isWritten) {
        this.takeBack(start);
        return false;
      }
    }
    json.byte(CLOSE_OBJECT);
    return true;
  }

  private ofDocument(
    field: FieldPlan,
    index: number,
    bytes: Uint8Array,
    places: number,
    plan: SelectionPlan,
    values: readonly unknown[],
  ): boolean {
    const { source } = field;
    if (source.from === "TYPE") {
      this.json.ascii(`"${plan.type.name}"`);
      return true;
    }
    if (source.from !== "BYTES") return this.completed(field.output, values[index], field);
    const element = this.places.get(places + source.place);
    return element === -1
      ? this.nothing(field.output, field)
      : this.element(field.output, bytes, element, plan.layout.valueAt(source.place, element), field);
  }

  /** Writes a completed value. */
  private completed(output: OutputPlan, value: unknown, field: FieldPlan): boolean {
    if (value === null || value === undefined) return this.nothing(output, field);
    if (value instanceof Failure) return this.failure(output, value.error, field);
    if (value instanceof Resolved) return this.object(value) || this.nullInstead(output);
    if (output.as === "LIST") return this.items(output, value as readonly unknown[], field);
    this.json.value(value);
    return true;
  }

  /** Writes an element of a document. @param element the place of its type. @param at the place of its value. */
  private element(output: OutputPlan, bytes: Uint8Array, element: number, at: number, field: FieldPlan): boolean {
    const type = bytes[element]!;
    if (type === BSONType.null || type === BSONType.undefined) return this.nothing(output, field);
    if (output.as === "LEAF") return this.leaf(output, bytes, element, at, field);
    if (output.as === "OBJECT")
      return type === BSONType.object ? this.part(output, bytes, at) : this.part(output, EMPTY, 0);
    if (output.as === "LIST" && type === BSONType.array) return this.array(output, bytes, at, field);
    return this.failure(output, new Error(`The store has a value of the BSON type ${type} here.`), field);
  }

  private leaf(
    output: Extract<OutputPlan, { readonly as: "LEAF" }>,
    bytes: Uint8Array,
    element: number,
    at: number,
    field: FieldPlan,
  ): boolean {
    if (output.raw?.(this.json, bytes, bytes[element]!, at)) return true;
    try {
      this.json.value(output.leaf.serialize(decodeElement(bytes, element)));
      return true;
    } catch (error) {
      return this.failure(output, error, field);
    }
  }

  /** Writes a document inside a document. */
  private part(output: Extract<OutputPlan, { readonly as: "OBJECT" }>, bytes: Uint8Array, start: number): boolean {
    const { places } = this;
    const { selection: plan } = output;
    const before = places.length;
    const isWritten = this.members(plan, bytes, plan.layout.placesIn(bytes, start, places), NO_VALUES);
    places.length = before;
    return isWritten || this.nullInstead(output);
  }

  private items({ item, isNonNull }: ListPlan, items: readonly unknown[], field: FieldPlan): boolean {
    const { json, path } = this;
    const start = json.length;
    json.byte(OPEN_LIST);
    for (let index = 0; index < items.length; index += 1) {
      if (index > 0) json.byte(COMMA);
      path.push(index);
      const isWritten = this.completed(item, items[index], field);
      path.pop();
      if (!isWritten) {
        this.takeBack(start);
        return this.nullInstead({ isNonNull });
      }
    }
    json.byte(CLOSE_LIST);
    return true;
  }

  /** Writes a list of a document. @param start the place of the list. */
  private array({ item, isNonNull }: ListPlan, bytes: Uint8Array, start: number, field: FieldPlan): boolean {
    const { json, path } = this;
    const begin = json.length;
    const end = documentEnd(bytes, start);
    json.byte(OPEN_LIST);
    let at = start + HEADER_BYTES;
    for (let index = 0; at < end; index += 1) {
      if (index > 0) json.byte(COMMA);
      path.push(index);
      const value = keyEnd(bytes, at + 1) + 1;
      const isWritten = this.element(item, bytes, at, value, field);
      at = valueEnd(bytes, bytes[at]!, value);
      path.pop();
      if (!isWritten) {
        this.takeBack(begin);
        return this.nullInstead({ isNonNull });
      }
    }
    json.byte(CLOSE_LIST);
    return true;
  }

  private takeBack(length: number): void {
    this.json.length = length;
    this.takenBack += 1;
  }

  private nothing(output: OutputPlan, field: FieldPlan): boolean {
    if (!output.isNonNull) {
      this.json.null();
      return true;
    }
    const name = `${field.parent.name}.${field.definition.name}`;
    return this.failure(output, new Error(`Cannot return null for non-nullable field ${name}.`), field);
  }

  private failure(output: OutputPlan, error: unknown, { nodes }: FieldPlan): boolean {
    this.errors.push(locatedError(error, nodes, this.path.slice()));
    return this.nullInstead(output);
  }

  private nullInstead({ isNonNull }: Pick<OutputPlan, "isNonNull">): boolean {
    if (!isNonNull) this.json.null();
    return !isNonNull;
  }
}
