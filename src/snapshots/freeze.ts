import type { AnyDefinition, Definition, Part } from "../graph/definition.js";
import type { AnySnapshot } from "../graph/snapshot.js";
import type { AnyRecord } from "../graph/stored-record.js";
import type { ModelVersionSnapshot } from "../model-version/model-version.js";
import { parentOf } from "../store/parent-of.js";
import type { Store } from "../store/store.js";
import { pinSnapshot } from "./pin-snapshot.js";

type Reads = Pick<Store, "byKind" | "snapshots">;
type Fields = Readonly<Record<string, unknown>>;

/**
 * The snapshot of a record as it is: each field that defines it, with the record that it belongs to as that is.
 * @param given fields that the record does not have.
 * @throws CONFLICT if the record that it belongs to is being deleted.
 */
export async function freeze<R extends AnyRecord, S extends AnySnapshot>(
  store: Reads,
  definition: Definition<R, S>,
  record: R,
  at: Date,
  given: Partial<S> = {},
): Promise<S> {
  return { ...(await frozen(store, definition, record, at)), ...given } as unknown as S;
}

async function frozen(store: Reads, { parts }: AnyDefinition, record: AnyRecord, at: Date): Promise<object> {
  const fields = await Promise.all(
    Object.entries(parts).map(async ([field, part]) => [
      field,
      await frozenPart(store, part, (record as unknown as Fields)[field] ?? null, at),
    ]),
  );
  return { _id: record._id, key: record.key, taken_at: at, ...Object.fromEntries(fields) };
}

async function frozenPart(store: Reads, part: Part, value: unknown, at: Date): Promise<unknown> {
  if (part.as === "PARENT")
    return frozen(store, part.definition, await parentOf(store.byKind[part.kind], value as string), at);
  if (part.as !== "PIN" || value === null) return value;
  if (!Array.isArray(value)) return pinSnapshot(store, value as ModelVersionSnapshot);
  return Promise.all((value as ModelVersionSnapshot[]).map((each) => pinSnapshot(store, each)));
}
