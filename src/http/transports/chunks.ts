const MAX_CHUNK_BYTES = 256 * 1024;

/**
 * Splits a message into chunks, each sent after the peer has taken the last.
 *
 * That bounds the memory for a slow peer, and shows if it still reads.
 */
export function chunksOf(message: string | Buffer): Buffer[] {
  const bytes = typeof message === "string" ? Buffer.from(message) : message;
  if (bytes.length <= MAX_CHUNK_BYTES) return [bytes];
  const chunks: Buffer[] = [];
  for (let start = 0; start < bytes.length; start += MAX_CHUNK_BYTES)
    chunks.push(bytes.subarray(start, start + MAX_CHUNK_BYTES));
  return chunks;
}
