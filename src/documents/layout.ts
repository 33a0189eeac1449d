import type { Places } from "./places.js";
import { documentEnd, HEADER_BYTES, isKeyAt, keyEnd, valueEnd } from "./raw-document.js";

/** Finds the fields of documents. Documents of one collection mostly have the same fields in the same order. */
export class Layout {
  private readonly keys: readonly Uint8Array[];
  /** The field that followed each field in the last document; at the end the first one. */
  private readonly next: Int32Array;

  constructor(readonly names: readonly string[]) {
    this.keys = names.map((name) => Buffer.from(name));
    this.next = new Int32Array(names.length + 1).fill(-1);
  }

  /**
   * Finds the elements of the fields in the document that begins at `start`. A field that it has not keeps the place -1.
   * @returns the index of the first field's place
   */
  placesIn(bytes: Uint8Array, start: number, places: Places): number {
    const { keys, next } = this;
    const first = places.add(keys.length);
    if (keys.length === 0) return first;
    const end = documentEnd(bytes, start);
    let last = keys.length;
    let at = start + HEADER_BYTES;
    while (at < end) {
      const likely = next[last]!;
      const found = likely !== -1 && isKeyAt(bytes, at + 1, keys[likely]!) ? likely : this.fieldAt(bytes, at + 1);
      if (found !== -1) {
        next[last] = found;
        last = found;
        places.set(first + found, at);
      }
      const value = found === -1 ? keyEnd(bytes, at + 1) + 1 : at + keys[found]!.length + 2;
      at = valueEnd(bytes, bytes[at]!, value);
    }
    return first;
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
