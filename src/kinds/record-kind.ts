import type { AnyParamConstructor } from "@typegoose/typegoose/lib/types.js";
import type { ClassType } from "type-graphql";
import { type Connection, connectionOf } from "../graph/connection.js";
import type { AnyDefinition } from "../graph/definition.js";
import { type Kind, TYPE_OF_KIND } from "../graph/id.js";
import type { AnyRecord } from "../graph/stored-record.js";
import { type Listing, listingOf, type ListingOptions } from "../lists/listing.js";

/** Records that refer to another kind, and the field that holds the id. */
export interface Link {
  readonly kind: Kind;
  readonly field: string;
}

/** Records that are deleted with a record of another kind. */
export interface Child extends Link {
  /** True if they are deleted even without `cascade`. */
  readonly always?: true;
}

/** Records that need a record of another kind. */
export interface Use extends Link {
  /** True if they need it only until their task has ended. */
  readonly underWay?: true;
}

/** A resource of a record outside its collection, which a deletion gives up. */
export type Holding = "FILES" | "OUTPUT" | "IMAGE" | "SECRET";

/** The card of a kind of records: all that the other folders have to know of the kind. */
export interface RecordKind<K extends Kind = Kind, C extends string = string, R extends AnyRecord = AnyRecord> {
  /** The prefix of the kind's ids, before the underscore. */
  readonly kind: K;
  /** The name of the kind's collection in `Store`. */
  readonly collection: C;
  /** The name of the kind in messages. */
  readonly label: string;
  readonly record: AnyParamConstructor<R>;
  /** The GraphQL type of a page of such records. */
  readonly Connection: ClassType<Connection<R>>;
  /** The filters and orders of the kind's lists. */
  readonly listing: Listing;
  /**
   * The paths of the natural key in a gateway's reference, in the order of `keyOf`. Absent if only ids name a record.
   */
  readonly naturalKey?: readonly (readonly string[])[];
  /** The relation to a project: by the first name of the key, by the field `proj`, or by a model that projects use. */
  readonly scope?: "PROJECT_NAME" | "PROJECT_ID" | "MODEL_NAME";
  /** The fields that define a record. Absent without snapshots. */
  readonly definition?: AnyDefinition;
  /** The stored fields that hold snapshots of other records, with the kinds of those. */
  readonly snapshots?: Readonly<Record<string, Kind>>;
  /** The moment at which a record takes its name from an earlier one. Absent if names are never taken over. */
  readonly supersedes?: "WHEN_INSERTED" | "WHEN_COMPLETE";
  /** The owner of the task that a record shows. */
  readonly task?: "OWN" | "OF_REPLICAS";
  /** The log that a record shows: that of the job with the same id, or those of its revisions. */
  readonly log?: "OF_JOB" | "OF_REVISIONS";
  /** The children that are deleted with a record. */
  readonly owns?: readonly Child[];
  /** The records that need one of this kind. They forbid its deletion. */
  readonly usedBy?: readonly Use[];
  /** The change that asks for the end of a record's work. Absent if the kind does no work. */
  readonly end?: Readonly<Record<string, unknown>>;
  readonly holds?: Holding;
}

/** The written part of a card. `recordKind` makes the rest. */
type CardFields = Omit<RecordKind, "kind" | "collection" | "record" | "Connection" | "listing">;

/** Declares a kind of records. @param lists its filters and orders. */
export function recordKind<
  const K extends Kind,
  const C extends string,
  R extends AnyRecord,
  const S extends CardFields,
>(
  card: { readonly kind: K; readonly collection: C; readonly record: AnyParamConstructor<R> } & S,
  lists: ListingOptions,
) {
  const type = TYPE_OF_KIND[card.kind];
  return { ...card, Connection: connectionOf<R>(type, () => card.record), listing: listingOf(type, lists) };
}

/** True if the records of a kind have files. */
export const hasFiles = ({ holds }: Pick<RecordKind, "holds">): boolean => holds === "FILES";

/** The cards of all kinds. */
export type RecordKinds = { readonly [K in Kind]: RecordKind<K> };
