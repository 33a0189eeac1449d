import { monotonicFactory } from "ulid";

/** The kinds of records, as they stand before the underscore of an id. */
export const KINDS = [
  "project",
  "model",
  "build",
  "bvers",
  "dataset",
  "train",
  "movers",
  "depl",
  "revision",
  "tchest",
] as const;
export type Kind = (typeof KINDS)[number];

const ulid = monotonicFactory();

/** `<kind>_<ULID in lower case>`: ids of one process sort in the order in which they were made. */
export const newId = (kind: Kind): string => `${kind}_${ulid().toLowerCase()}`;

const ID = new RegExp(`^(${KINDS.join("|")})_[0-9a-hjkmnp-tv-z]{26}$`);

/** The kind that an id names, or null where it is no id of ours. */
export const kindOf = (id: string): Kind | null => (ID.exec(id)?.[1] as Kind | undefined) ?? null;

/** The kind of a record of ours, whose id always names one. */
export function kindOfRecord({ _id }: { readonly _id: string }): Kind {
  const kind = kindOf(_id);
  if (!kind) throw new Error("A record's id names its kind.");
  return kind;
}
