import type { AnySnapshot } from "./snapshot.js";

/** Fields whose content is the user's own, and may look like anything. */
const FREE = new Set(["details", "params"]);

export interface FoundSnapshot {
  /** Field names and list positions. */
  readonly path: readonly string[];
  /** Nested deep enough, it is a pin. */
  readonly snapshot: AnySnapshot;
}

/** Every snapshot in a stored value, nested ones after those that hold them. What is pinned is not looked into. */
export function snapshotsIn(value: unknown, path: readonly string[] = []): FoundSnapshot[] {
  if (typeof value !== "object" || value === null) return [];
  const found: FoundSnapshot[] = "taken_at" in value ? [{ path, snapshot: value as AnySnapshot }] : [];
  for (const [name, each] of Object.entries(value))
    if (!FREE.has(name)) found.push(...snapshotsIn(each, [...path, name]));
  return found;
}
