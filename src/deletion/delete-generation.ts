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

/** A name as the input of a deletion gives it, by the field that holds it. */
type Names = Readonly<Record<string, string | null | undefined>>;

/**
 * Deletes one record of a name: the current one, or the one of that id. With `allGenerations`, the earlier ones go too,
 * also if none is current any more.
 * @param names the parents' names and the own name, in the order of the key.
 * @throws BAD_USER_INPUT if it is neither an id nor all names, NOT_FOUND, IN_USE naming by what.
 */
export function deleteGeneration(
  app: App,
  intent: Intent,
  kind: SupersedingKind,
  names: Names,
  { id, allGenerations, cascade }: DeleteGenerationInput,
): Promise<Deletion> {
  const records = app.store.byKind[kind];
  const what = app.store.kinds[kind].label;
  return deleteOnce(app, intent, { cascade, withEarlier: allGenerations }, async () => {
    if (id != null) {
      if (allGenerations)
        throw new DomainError("BAD_USER_INPUT", "An id names one record: give the names to delete all of them.", [
          "input",
          "allGenerations",
        ]);
      refuseBoth(names);
      const found = kindOf(id) === kind ? (await findByIds(records, [id]))[0] : undefined;
      if (!found) throw notFound(what, ["input", "id"]);
      return found;
    }
    const given = allGiven(names);
    if (!allGenerations) return requireCurrent(records, what, given, ["input"]);
    const newest = await newestOf(records, keyOf(...given));
    if (!newest) throw notFound(what, ["input"]);
    return newest;
  });
}

function refuseBoth(names: Names): void {
  const both = Object.keys(names).find((field) => names[field] != null);
  if (both)
    throw new DomainError("BAD_USER_INPUT", "Give the names or the id of what is to go, not both.", ["input", both]);
}

function allGiven(names: Names): string[] {
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
