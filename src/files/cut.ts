import { Readable } from "node:stream";
import type { ByteRange } from "../storage/file-storage.js";

/** The range of a stream that can only be read from its beginning. What comes after it is not read. */
export const cut = (content: Readable, range: ByteRange): Readable =>
  Readable.from(pieces(content, range), { objectMode: false });

async function* pieces(content: Readable, { start, end }: ByteRange): AsyncGenerator<Buffer> {
  let at = 0;
  for await (const piece of content as AsyncIterable<Buffer>) {
    const part = piece.subarray(Math.max(start - at, 0), Math.max(end + 1 - at, 0));
    if (part.length > 0) yield part;
    at += piece.length;
    if (at > end) return;
  }
}
