import type { AnyParamConstructor } from "@typegoose/typegoose/lib/types.js";
import type { AnyDefinition } from "../graph/definition.js";
import type { ClassType } from "type-graphql";
import { type Connection, connectionOf } from "../graph/connection.js";
import { type Kind, TYPE_OF_KIND } from "../graph/id.js";
import { type Listing, listingOf, type ListingOptions } from "../lists/listing.js";
import type { AnyRecord } from "../graph/stored-record.js";

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

/** What a record holds outside its collection, and gives up when it is deleted. */
export type Holding = "FILES" | "OUTPUT" | "IMAGE" | "SECRET";

/** The card of a kind of records: what the rest of the house has to know of it. */
export interface RecordKind<K extends Kind = Kind, C extends string = string, R extends AnyRecord = AnyRecord> {
  /** What stands before the underscore of its ids. */
  readonly kind: K;
  /** Its collection in `Store`. */
  readonly collection: C;
  /** What messages call it. */
  readonly label: string;
  readonly record: AnyParamConstructor<R>;
  /** The GraphQL type of a page of its records. */
  readonly Connection: ClassType<Connection<R>>;
  /** What its lists are filtered and ordered by. */
  readonly listing: Listing;
  /** Where the parts of its natural key are in a gateway's reference, in the order of `keyOf`. Absent if ids alone name it. */
  readonly naturalKey?: readonly (readonly string[])[];
  /** How it belongs to a project: by the first name of its key, by its field `proj`, or by a model that projects use. */
  readonly scope?: "PROJECT_NAME" | "PROJECT_ID" | "MODEL_NAME";
  /** What defines it. Absent if no snapshot is taken of it. */
  readonly definition?: AnyDefinition;
  /** When a record takes its name from an earlier one. Absent if none does. */
  readonly supersedes?: "WHEN_INSERTED" | "WHEN_COMPLETE";
  /** Whose task it shows: its own, or those of its replicas. */
  readonly task?: "OWN" | "OF_REPLICAS";
  /** Whose log it shows: that of the job which has its id, or those of its revisions. */
  readonly log?: "OF_JOB" | "OF_REVISIONS";
  /** Children that go with it. */
  readonly owns?: readonly Child[];
  /** What needs it, and so forbids its deletion. */
  readonly usedBy?: readonly Use[];
  /** The change that asks for the end of its work. Absent if it has none. */
  readonly end?: Readonly<Record<string, unknown>>;
  readonly holds?: Holding;
}

/** What a card says itself; the rest is made of it. */
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
