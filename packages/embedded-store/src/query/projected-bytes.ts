import { BsonWriter } from "../bson/bson-writer.js";
import { documentValue, ElementType, FieldReader, type Value } from "../bson/value.js";

/** The fields that are meant, by name: all of one, or some of what it holds. */
export interface Selection {
  readonly fields: Map<string, Selection | "whole">;
  /** True if fields will be set in whatever is here, in elements of an array that are no objects too. */
  readonly isComputedInto?: boolean;
}

/** Copies the wanted bytes of documents, compiled once. */
export class Projection {
  private readonly root: Names;

  /** @param includes false: all is wanted but the selection */
  constructor(
    selection: Selection,
    private readonly includes: boolean,
  ) {
    this.root = new Names(selection);
  }

  of(document: Value): Value {
    const writer = new BsonWriter(document.end - document.start);
    const begun = writer.begin();
    this.writeFields(document, writer);
    writer.end(begun);
    return documentValue(writer.finished());
  }

  /** Writes the wanted fields of a document into one that the writer has begun. */
  writeFields(document: Value, writer: BsonWriter): void {
    writeFields(document, this.root, this.includes, writer);
  }
}

/** Writes a document as an element of an array: as a whole, or what a projection wants of it. */
export function writeElement(
  writer: BsonWriter,
  index: number,
  document: Value,
  projection: Projection | undefined,
): void {
  if (!projection) return writer.element(index, document);
  writer.elementHeader(ElementType.OBJECT, index);
  const begun = writer.begin();
  projection.writeFields(document, writer);
  writer.end(begun);
}

interface NamedField {
  readonly name: Buffer;
  /** The fields that are meant in it; undefined if all of it is. */
  readonly inner: Names | undefined;
}

/** The names of a selection, compared with those in documents byte by byte: no text is made of them. */
class Names {
  readonly isComputedInto: boolean;
  readonly count: number;
  private readonly byLength: NamedField[][] = [];

  constructor({ fields, isComputedInto = false }: Selection) {
    this.isComputedInto = isComputedInto;
    this.count = fields.size;
    for (const [text, selected] of fields) {
      const name = Buffer.from(text);
      const inner = selected === "whole" ? undefined : new Names(selected);
      (this.byLength[name.length] ??= []).push({ name, inner });
    }
    // A hole in the list would make each look-up slow.
    for (let length = 0; length < this.byLength.length; length += 1) this.byLength[length] ??= [];
  }

  /** The field of this selection at which the reader stands. */
  at(reader: FieldReader): NamedField | undefined {
    const length = reader.nameEnd - reader.nameStart;
    if (length >= this.byLength.length) return undefined;
    const alike = this.byLength[length]!;
    for (let at = 0; at < alike.length; at += 1) if (reader.nameIs(alike[at]!.name)) return alike[at];
    return undefined;
  }
}

/** Neighbours that are all wanted are copied in one go. As in MongoDB, nothing is looked for behind the last wanted one. */
function writeFields(holder: Value, names: Names, includes: boolean, writer: BsonWriter): void {
  const reader = new FieldReader(holder);
  const { bytes } = holder;
  /** The beginning of what is wanted and not copied yet. */
  let from = holder.start + 4;
  let missing = includes ? names.count : Infinity;
  while (missing > 0 && reader.next()) {
    const named = names.at(reader);
    if (named) missing -= 1;
    const inner = named?.inner;
    if (!inner && (named !== undefined) === includes) continue;
    if (from < reader.start) writer.raw(bytes, from, reader.start);
    from = reader.valueEnd;
    if (inner) writeSome(reader, inner, includes, writer);
  }
  if (from < reader.valueEnd) writer.raw(bytes, from, reader.valueEnd);
}

/** A value of which some fields are meant, under its own name. */
function writeSome(reader: FieldReader, names: Names, includes: boolean, writer: BsonWriter): void {
  const { bytes, type, start, nameEnd } = reader;
  if (type === ElementType.OBJECT || type === ElementType.ARRAY) {
    writer.raw(bytes, start, nameEnd + 1);
    writeWithin(reader.value, names, includes, writer);
  } else if (!includes) {
    writer.raw(bytes, start, reader.valueEnd);
  } else if (names.isComputedInto) {
    writer.null(reader.name);
  }
}

function writeWithin(holder: Value, names: Names, includes: boolean, writer: BsonWriter): void {
  const begun = writer.begin();
  if (holder.isArray) writeElements(holder, names, includes, writer);
  else writeFields(holder, names, includes, writer);
  writer.end(begun);
}

/** An element that holds no fields is left out if fields are asked for, and kept if they are taken away. */
function writeElements(array: Value, names: Names, includes: boolean, writer: BsonWriter): void {
  const reader = new FieldReader(array);
  let index = 0;
  while (reader.next()) {
    if (reader.type === ElementType.OBJECT || reader.type === ElementType.ARRAY) {
      writer.elementHeader(reader.type, index++);
      writeWithin(reader.value, names, includes, writer);
    } else if (!includes) {
      writer.element(index++, reader.value);
    } else if (names.isComputedInto) {
      writer.elementHeader(ElementType.NULL, index++);
    }
  }
}
