import { monotonicFactory } from "ulid";

/** The GraphQL types of records. The keys are prefixes of ids. */
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

/** Returns `<kind>_<ULID in lower case>`. Ids of one process sort by time. */
export const newId = (kind: Kind): string => `${kind}_${ulid().toLowerCase()}`;

const ID = new RegExp(`^(${KINDS.join("|")})_[0-9a-hjkmnp-tv-z]{26}$`);

/** Returns the kind of an id, or null for other texts. */
export const kindOf = (id: string): Kind | null => (ID.exec(id)?.[1] as Kind | undefined) ?? null;

/** Returns the kind of a record by its id. */
export function kindOfRecord({ _id }: { readonly _id: string }): Kind {
  const kind = kindOf(_id);
  if (!kind) throw new Error("A record's id names its kind.");
  return kind;
}

/** Separates names in a key. No name may hold this control character. */
const SEPARATOR = "\u001f";

/** Returns the natural key of the parents' names and the own name. */
export const keyOf = (...names: string[]): string => names.join(SEPARATOR);

/** Returns the names in a key: parents first. */
export const namesOf = (key: string): string[] => key.split(SEPARATOR);
