/** The graph's name of a stored field: `max_mb` is `maxMb`. */
export const shownName = (stored: string): string =>
  stored.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** A stored value with the graph's names in place of stored ones, at every level. Not for content that is a user's own. */
export function shownValue(stored: unknown): unknown {
  if (Array.isArray(stored)) return stored.map(shownValue);
  if (stored === null || typeof stored !== "object" || Object.getPrototypeOf(stored) !== Object.prototype)
    return stored;
  return Object.fromEntries(Object.entries(stored).map(([name, value]) => [shownName(name), shownValue(value)]));
}
