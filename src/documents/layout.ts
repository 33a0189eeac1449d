import { documentEnd, HEADER_BYTES, isKeyAt, keyEnd, type RawDocument, valueEnd } from "./raw-document.js";

/** Finds the fields of documents. Documents of one collection mostly have the same fields in the same order. */
export class Layout {
  private readonly keys: readonly Uint8Array[];
  /** The field that followed each field in the last document; at the end the first one. */
  private readonly next: Int32Array;

  constructor(readonly names: readonly string[]) {
    this.keys = names.map((name) => Buffer.from(name));
    this.next = new Int32Array(names.length + 1).fill(-1);
  }

  /** Returns the places of the elements of the fields; -1 for a field that the document has not. */
  placesIn({ bytes, start }: Pick<RawDocument, "bytes" | "start">): number[] {
    const { keys, next } = this;
    const places: number[] = [];
    for (let index = 0; index < keys.length; index += 1) places.push(-1);
    if (keys.length === 0) return places;
    const end = documentEnd(bytes, start);
    let last = keys.length;
    let at = start + HEADER_BYTES;
    while (at < end) {
      const likely = next[last]!;
      const found = likely !== -1 && isKeyAt(bytes, at + 1, keys[likely]!) ? likely : this.fieldAt(bytes, at + 1);
      if (found !== -1) {
        next[last] = found;
        last = found;
        places[found] = at;
      }
      const value = found === -1 ? keyEnd(bytes, at + 1) + 1 : at + keys[found]!.length + 2;
      at = valueEnd(bytes, bytes[at]!, value);
    }
    return places;
  }

  /** Returns the place of the value of a field's element. */
  valueAt(field: number, element: number): number {
    return element + this.keys[field]!.length + 2;
  }

  private fieldAt(bytes: Uint8Array, at: number): number {
    for (let index = 0; index < this.keys.length; index += 1) if (isKeyAt(bytes, at, this.keys[index]!)) return index;
    return -1;
  }
}
