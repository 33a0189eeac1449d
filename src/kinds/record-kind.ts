import type { AnyParamConstructor } from "@typegoose/typegoose/lib/types.js";
import type { ClassType } from "type-graphql";
import { type Connection, connectionOf } from "../graph/connection.js";
import type { AnyDefinition } from "../graph/definition.js";
import { type Kind, TYPE_OF_KIND } from "../graph/id.js";
import type { AnyRecord } from "../graph/stored-record.js";
import { type Listing, listingOf, type ListingOptions } from "../lists/listing.js";

/** Records that lead to one of another kind, by the stored field that holds its id. */
export interface Link {
  readonly kind: Kind;
  readonly field: string;
}

/** Records that go with one of another kind. */
export interface Child extends Link {
  /** Also without `cascade`. */
  readonly always?: true;
}

/** Records that need one of another kind. */
export interface Use extends Link {
  /** Only while their task has not ended. */
  readonly underWay?: true;
}

/** A kind of thing that a record holds outside its collection, and gives up when it is deleted. */
export type Holding = "FILES" | "OUTPUT" | "IMAGE" | "SECRET";

/** The card of a kind of records: what the rest of the house has to know of it. */
export interface RecordKind<K extends Kind = Kind, C extends string = string, R extends AnyRecord = AnyRecord> {
  /** The prefix of its ids, before the underscore. */
  readonly kind: K;
  /** Its collection in `Store`. */
  readonly collection: C;
  /** The name of the kind in messages. */
  readonly label: string;
  readonly record: AnyParamConstructor<R>;
  /** The GraphQL type of a page of its records. */
  readonly Connection: ClassType<Connection<R>>;
  /** The filters and orders of its lists. */
  readonly listing: Listing;
  /** The paths of its natural key in a gateway's reference, in the order of `keyOf`. Absent if ids alone name it. */
  readonly naturalKey?: readonly (readonly string[])[];
  /**
   * The way in which it belongs to a project: by the first name of its key, by its field `proj`, or by a model that
   * projects use.
   */
  readonly scope?: "PROJECT_NAME" | "PROJECT_ID" | "MODEL_NAME";
  /** The fields that define it. Absent if no snapshot is taken of it. */
  readonly definition?: AnyDefinition;
  /** The moment at which a record takes its name from an earlier one. Absent if none does. */
  readonly supersedes?: "WHEN_INSERTED" | "WHEN_COMPLETE";
  /** The owner of the task that it shows: its own, or those of its replicas. */
  readonly task?: "OWN" | "OF_REPLICAS";
  /** The log that it shows: that of the job which has its id, or those of its revisions. */
  readonly log?: "OF_JOB" | "OF_REVISIONS";
  /** Children that go with it. */
  readonly owns?: readonly Child[];
  /** The records that need it, and so forbid its deletion. */
  readonly usedBy?: readonly Use[];
  /** The change that asks for the end of its work. Absent if it has none. */
  readonly end?: Readonly<Record<string, unknown>>;
  readonly holds?: Holding;
}

/** The part of a card that is written; the rest is made of it. */
type Said = Omit<RecordKind, "kind" | "collection" | "record" | "Connection" | "listing">;

/**
 * Declares a kind of records.
 * @param lists what its lists are filtered and ordered by.
 */
export function recordKind<const K extends Kind, const C extends string, R extends AnyRecord, const S extends Said>(
  card: { readonly kind: K; readonly collection: C; readonly record: AnyParamConstructor<R> } & S,
  lists: ListingOptions,
) {
  const type = TYPE_OF_KIND[card.kind];
  return { ...card, Connection: connectionOf<R>(type, () => card.record), listing: listingOf(type, lists) };
}

/** The cards of all kinds. */
export type RecordKinds = { readonly [K in Kind]: RecordKind<K> };
