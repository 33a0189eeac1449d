import { MIB } from "../../units.js";

/** The size of a part: S3 takes 10,000 of an object, so that 64 GiB fit. */
export const PIECE_BYTES = 8 * MIB;

/**
 * Gathers content into pieces of 8 MiB, the last one shorter; none for empty content. One piece is held at a time.
 * @param size of the content, as it was announced
 */
export async function* piecesOf(content: AsyncIterable<Buffer>, size: number): AsyncGenerator<Buffer<ArrayBuffer>> {
  let piece: Buffer<ArrayBuffer> | null = null;
  let filled = 0;
  let left = size;
  for await (const bytes of content)
    for (let from = 0; from < bytes.length;) {
      piece ??= Buffer.allocUnsafeSlow(Math.min(PIECE_BYTES, Math.max(left, 1)));
      const copied = bytes.copy(piece, filled, from);
      from += copied;
      filled += copied;
      if (filled < piece.length) continue;
      left -= filled;
      yield piece;
      [piece, filled] = [null, 0];
    }
  if (piece && filled > 0) yield piece.subarray(0, filled);
}
