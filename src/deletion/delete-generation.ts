import { trusted } from "mongoose";
import type { App } from "../app.js";
import { DomainError, notFound } from "../errors.js";
import { keyOf, kindOf } from "../graph/id.js";
import type { AnyRecord } from "../graph/stored-record.js";
import type { SupersedingKind } from "../kinds.js";
import type { Intent } from "../store/idempotency.js";
import { findByIds, requireCurrent } from "../store/read-records.js";
import type { Records } from "../store/store.js";
import { deleteOnce } from "./delete-record.js";
import type { Deletion } from "./deletion.js";
import type { DeleteGenerationInput } from "./generation.inputs.js";

/** The names in the input of a deletion, by field. */
type Names = Readonly<Record<string, string | null | undefined>>;

/**
 * Deletes one record of a name: the current one, or the one with the id. `allGenerations` deletes the earlier ones too,
 * even if no record is current.
 * @param names the names of the parents and its own, in the order of the key.
 * @throws BAD_USER_INPUT without an id or all names, NOT_FOUND, IN_USE with the users' names
 */
export function deleteGeneration(
  app: App,
  intent: Intent,
  kind: SupersedingKind,
  names: Names,
  { id, allGenerations, cascade }: DeleteGenerationInput,
): Promise<Deletion> {
  const records = app.store.byKind[kind];
  const label = app.store.kinds[kind].label;
  return deleteOnce(app, intent, { cascade, withEarlier: allGenerations }, async () => {
    if (id != null) {
      if (allGenerations)
        throw new DomainError("BAD_USER_INPUT", "An id names one record: give the names to delete all of them.", [
          "input",
          "allGenerations",
        ]);
      refuseNames(names);
      const found = kindOf(id) === kind ? (await findByIds(records, [id]))[0] : undefined;
      if (!found) throw notFound(label, ["input", "id"]);
      return found;
    }
    const key = requireNames(names);
    if (!allGenerations) return requireCurrent(records, label, key, ["input"]);
    const newest = await newestOf(records, keyOf(...key));
    if (!newest) throw notFound(label, ["input"]);
    return newest;
  });
}

function refuseNames(names: Names): void {
  const given = Object.keys(names).find((field) => names[field] != null);
  if (given)
    throw new DomainError("BAD_USER_INPUT", "Give the names or the id of what is to go, not both.", ["input", given]);
}

function requireNames(names: Names): string[] {
  return Object.entries(names).map(([field, name]) => {
    if (name == null)
      throw new DomainError(
        "BAD_USER_INPUT",
        `What is to go is given by ${Object.keys(names)
          .map((each) => `\`${each}\``)
          .join(" and ")}, or by \`id\`.`,
        ["input", field],
      );
    return name;
  });
}

const newestOf = (records: Records<AnyRecord>, key: string): Promise<AnyRecord | null> =>
  records
    .findOne({ key: trusted({ $eq: key }), seq: trusted({ $gt: 0 }), deleted: trusted({ $ne: true }) })
    .sort({ key: -1, seq: -1 })
    .lean<AnyRecord>();
