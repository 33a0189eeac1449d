import { monotonicFactory } from "ulid";

/** The GraphQL type of each kind of records, by what stands before the underscore of an id. */
export const TYPE_OF_KIND = {
  project: "Project",
  model: "Model",
  build: "Build",
  bvers: "BuildVersion",
  dataset: "Dataset",
  train: "Training",
  movers: "ModelVersion",
  depl: "Deployment",
  revision: "DeploymentRevision",
  tchest: "TreasureChest",
} as const;
export type Kind = keyof typeof TYPE_OF_KIND;
export const KINDS = Object.keys(TYPE_OF_KIND) as Kind[];

const ulid = monotonicFactory();

/** `<kind>_<ULID in lower case>`: ids of one process sort in the order in which they were made. */
export const newId = (kind: Kind): string => `${kind}_${ulid().toLowerCase()}`;

const ID = new RegExp(`^(${KINDS.join("|")})_[0-9a-hjkmnp-tv-z]{26}$`);

/** The kind that an id names, or null if it is no id of ours. */
export const kindOf = (id: string): Kind | null => (ID.exec(id)?.[1] as Kind | undefined) ?? null;

/** The kind of a record of ours, whose id always names one. */
export function kindOfRecord({ _id }: { readonly _id: string }): Kind {
  const kind = kindOf(_id);
  if (!kind) throw new Error("A record's id names its kind.");
  return kind;
}

/** Between the parents' names and the own name in a key; no name may hold it (it is a control character). */
const SEPARATOR = "\u001f";

/** The natural key: the parents' names and the own name. */
export const keyOf = (...names: string[]): string => names.join(SEPARATOR);

/** The parents' names and the own name. */
export const namesOf = (key: string): string[] => key.split(SEPARATOR);
