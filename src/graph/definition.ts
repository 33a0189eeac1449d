import type { Kind } from "./id.js";
import type { AnySnapshot } from "./snapshot.js";
import type { AnyRecord } from "./stored-record.js";

/** An enum of which the store has other values than the graph. */
export type Choices = Readonly<Record<string, string>>;

/** The way in which a snapshot takes one field of a record, and in which the two are compared. */
export type Part =
  | { readonly as: "VALUE"; readonly choices?: Choices }
  | { readonly as: "KEPT" | "SNAPSHOT" | "PIN" | "GIVEN" }
  | { readonly as: "PARENT"; readonly kind: Kind; readonly definition: AnyDefinition };

/** Taken as it is, and compared value by value. */
export const VALUE: Part = { as: "VALUE" };
/** A value of an enum of which the store has other values than the graph. */
export const choiceOf = (choices: Choices): Part => ({ as: "VALUE", choices });
/** Taken as it is, and never compared. */
export const KEPT: Part = { as: "KEPT" };
/** A snapshot or a list of them, taken as it is. It counts by its id: what changed since, it says itself. */
export const SNAPSHOT: Part = { as: "SNAPSHOT" };
/** The same, of model versions. They are pinned, since a chain of versions would double at every level. */
export const PIN: Part = { as: "PIN" };
/** Said by who takes the snapshot, and never compared. */
export const GIVEN: Part = { as: "GIVEN" };
/** The id of the record that it belongs to, which is frozen with it. It counts by its id. */
export const parent = (kind: Kind, definition: AnyDefinition): Part => ({ as: "PARENT", kind, definition });

/** A part for each field of a snapshot. One that is forgotten does not compile. */
type Parts<S extends AnySnapshot> = { readonly [F in Exclude<keyof S, keyof AnySnapshot>]-?: Part };

/**
 * The fields that define the records of a kind. Fields that are only observed, a task or a digest, are no part of it.
 */
export interface Definition<R extends AnyRecord, S extends AnySnapshot> extends AnyDefinition {
  /** For the types alone: what is frozen, and what that gives. */
  readonly of?: readonly [record: R, snapshot: S];
}

/** A definition of any kind. */
export interface AnyDefinition {
  readonly parts: Readonly<Record<string, Part>>;
}

/** Returns the values that define a record, without its links. A value that the record lacks is null. */
export const valuesOf = ({ parts }: AnyDefinition, record: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(parts)
      .filter(([, { as }]) => as === "VALUE")
      .map(([field]) => [field, (record as Readonly<Record<string, unknown>>)[field] ?? null]),
  );

/** Declares what defines records of a type, by the fields of their snapshots. */
export const definitionOf = <R extends AnyRecord, S extends AnySnapshot>(parts: Parts<S>): Definition<R, S> => ({
  parts,
});
