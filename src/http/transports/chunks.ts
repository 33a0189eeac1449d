const MAX_CHUNK_BYTES = 256 * 1024;

/**
 * Splits a text into chunks, each sent after the peer has taken the last.
 *
 * That bounds the memory for a slow peer, and shows if it still reads.
 */
export function chunksOf(text: string): Buffer[] {
  const bytes = Buffer.from(text);
  const chunks: Buffer[] = [];
  for (let start = 0; start < bytes.length; start += MAX_CHUNK_BYTES)
    chunks.push(bytes.subarray(start, start + MAX_CHUNK_BYTES));
  return chunks;
}
