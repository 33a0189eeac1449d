import { namesOf } from "../store/key-of.js";

/** Content that is a user's own, whatever its keys are called. */
const FREE: readonly string[] = ["details", "params"];
/** What the store keeps for itself. */
const INTERNAL: readonly string[] = ["_id", "key", "hash"];

interface Stored {
  readonly _id: string;
  readonly key: string;
  readonly hash?: string;
}

const isSnapshot = (value: object): value is Stored => "_id" in value && "key" in value && "taken_at" in value;

/** A version that is kept elsewhere says who it is. */
function pinnedNames({ hash, key }: Stored): object {
  if (hash === undefined) return {};
  const [model, name] = namesOf(key);
  return { model: { name: model }, name };
}

/**
 * A snapshot, or what is in one, as notebooks read it: the specification's field names, `id` for the record's id, and
 * nothing that the store keeps for itself.
 */
export function asMetadata(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asMetadata);
  if (value === null || typeof value !== "object" || value instanceof Date) return value;
  const fields = Object.entries(value)
    .filter(([name]) => !isSnapshot(value) || !INTERNAL.includes(name))
    .map(([name, each]): [string, unknown] => [name, FREE.includes(name) ? each : asMetadata(each)]);
  return {
    ...(isSnapshot(value) ? { id: value._id, ...pinnedNames(value) } : {}),
    ...Object.fromEntries(fields),
  };
}
