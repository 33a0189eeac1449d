import type { Kind } from "./id.js";
import type { AnySnapshot } from "./snapshot.js";
import type { AnyRecord } from "./stored-record.js";

/** An enum with other values in the store than in the graph. */
export type Choices = Readonly<Record<string, string>>;

/** The way in which snapshots freeze a field and compare it. */
export type Part =
  | { readonly as: "VALUE"; readonly choices?: Choices }
  | { readonly as: "KEPT" | "SNAPSHOT" | "PIN" | "SUPPLIED" }
  | { readonly as: "PARENT"; readonly kind: Kind; readonly definition: AnyDefinition };

/** A field that is copied and compared by value. */
export const VALUE: Part = { as: "VALUE" };
/** An enum value with another name in the store than in the graph. */
export const choiceOf = (choices: Choices): Part => ({ as: "VALUE", choices });
/** A field that is copied and never compared. */
export const KEPT: Part = { as: "KEPT" };
/** A snapshot or a list of them, copied and compared by id. Its own drift shows what changed since. */
export const SNAPSHOT: Part = { as: "SNAPSHOT" };
/** The same for model versions. They are pinned: chains would double at every level. */
export const PIN: Part = { as: "PIN" };
/** A field that the caller of `freeze` supplies. It is never compared. */
export const SUPPLIED: Part = { as: "SUPPLIED" };
/** The id of the parent, which is frozen, too. Compared by id. */
export const parent = (kind: Kind, definition: AnyDefinition): Part => ({ as: "PARENT", kind, definition });

/** A part for each field. A missing one does not compile. */
type Parts<S extends AnySnapshot> = { readonly [F in Exclude<keyof S, keyof AnySnapshot>]-?: Part };

/** The fields that define the records of a kind. Observed fields such as a task or a digest are not among them. */
export interface Definition<R extends AnyRecord, S extends AnySnapshot> extends AnyDefinition {
  /** For the compiler alone: the types of record and snapshot. */
  readonly of?: readonly [record: R, snapshot: S];
}

/** A definition of any kind. */
export interface AnyDefinition {
  readonly parts: Readonly<Record<string, Part>>;
}

/** True if drift is judged by a field. */
export const isCompared = ({ as }: Part): boolean => as !== "KEPT" && as !== "SUPPLIED";

/** Returns the values that define a record. A missing one is null. */
export const valuesOf = ({ parts }: AnyDefinition, record: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(parts)
      .filter(([, { as }]) => as === "VALUE")
      .map(([field]) => [field, (record as Readonly<Record<string, unknown>>)[field] ?? null]),
  );

/** Declares a definition by the fields of the snapshots. */
export const definitionOf = <R extends AnyRecord, S extends AnySnapshot>(parts: Parts<S>): Definition<R, S> => ({
  parts,
});
