const MAX_CHUNK_BYTES = 256 * 1024;

/**
 * A text in pieces of which each is taken before the next is sent: what a peer leaves lying is bounded whatever it asked
 * for, and a slow line, which goes on taking, is told from one that has stopped.
 */
export function chunksOf(text: string): Buffer[] {
  const bytes = Buffer.from(text);
  const chunks: Buffer[] = [];
  for (let start = 0; start < bytes.length; start += MAX_CHUNK_BYTES)
    chunks.push(bytes.subarray(start, start + MAX_CHUNK_BYTES));
  return chunks;
}
