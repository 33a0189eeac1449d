import type DataLoader from "dataloader";
import type { Where } from "../store/find-page.js";
import { keyOf } from "../store/key-of.js";
import { type NameFilter, namesOf } from "./filter.js";
import type { AnyRecord } from "./stored-record.js";

/** The condition on a field that holds a name. */
export function whereNames(field: string, filter: NameFilter | null | undefined, path: readonly string[]): Where {
  const names = namesOf(filter, path);
  return names ? { [field]: { $in: names } } : {};
}

/** The condition on a field that holds a parent's id, given the parents' names. A parent that is not there has no children. */
export async function whereParents<P extends AnyRecord>(
  field: string,
  parents: DataLoader<string, P | null>,
  filter: NameFilter | null | undefined,
  path: readonly string[],
): Promise<Where> {
  const names = namesOf(filter, path);
  if (!names) return {};
  const found = await Promise.all(names.map((name) => parents.load(keyOf(name))));
  return { [field]: { $in: found.flatMap((parent) => (parent ? [parent._id] : [])) } };
}
