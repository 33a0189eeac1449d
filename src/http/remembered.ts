const MAX_HEADERS = 100;
const MAX_CHARACTERS = 256;

/**
 * Returns a function of a header that remembers its results. Most requests have the same few headers, and to parse one
 * costs more than the rest of the head.
 */
export function remembered<T>(of: (header: string) => T): (header: string | undefined) => T {
  const results = new Map<string, T>();
  return (header = "") => {
    if (results.has(header)) return results.get(header)!;
    const result = of(header);
    if (results.size >= MAX_HEADERS) results.clear();
    if (header.length <= MAX_CHARACTERS) results.set(header, result);
    return result;
  };
}
