import { modelOptions, prop, Severity } from "@typegoose/typegoose";
import { GraphQLDateTime } from "graphql-scalars";
import { Field, ID, InterfaceType } from "type-graphql";
import { kindOf, TYPE_OF_KIND } from "./id.js";

/** Returns the GraphQL type by the id. Plain objects have no class. */
export const typeOfRecord = ({ _id }: { _id: string }): string | undefined => {
  const kind = kindOf(_id);
  return kind ? TYPE_OF_KIND[kind] : undefined;
};

@InterfaceType({ description: "A record that can be found by its id alone.", resolveType: typeOfRecord })
export abstract class Node {
  @Field(() => ID, {
    name: "id",
    description:
      "The id of the record, unique among all types; it never changes. A record made again under the same name has another id.",
  })
  readonly _id!: string;
}

/** A change of a record, until it is in the collection `events`. */
@modelOptions({ schemaOptions: { minimize: false }, options: { allowMixed: Severity.ALLOW } })
export class OutboxEntry {
  /** The version after the change. */
  @prop({ type: () => Number, required: true })
  readonly version!: number;

  @prop({ type: () => Date, required: true })
  readonly at!: Date;

  @prop({ type: () => String, required: true })
  readonly caller!: string;

  @prop({ type: () => String, required: true })
  readonly action!: "INSERT" | "CHANGE" | "DELETE";

  @prop({ type: () => Object, required: true })
  readonly before!: Record<string, unknown>;

  @prop({ type: () => Object, required: true })
  readonly after!: Record<string, unknown>;
}

/** A mutation that wrote the record. It identifies the mutation's repeats. */
export class UsedKey {
  /** The caller and the idempotency key. */
  @prop({ type: () => String, required: true })
  readonly key!: string;

  /** The hash of the mutation and its input as sent. */
  @prop({ type: () => String, required: true })
  readonly hash!: string;

  @prop({ type: () => Date, required: true })
  readonly at!: Date;
}

@InterfaceType("StoredRecord", {
  description: "The fields that every record has.",
  resolveType: typeOfRecord,
})
export abstract class RecordInfo {
  @Field(() => GraphQLDateTime, { name: "createdAt", description: "The time at which the record was made." })
  readonly created_at!: Date;

  @Field(() => String, { name: "createdBy", description: "The user who made the record." })
  readonly created_by!: string;

  @Field(() => GraphQLDateTime, { name: "modifiedAt", description: "The time at which the record was last changed." })
  readonly modified_at!: Date;

  @Field(() => Boolean, {
    nullable: true,
    description:
      "True if a later record has taken the name. A superseded record leaves the lists and stays reachable by id. Null while files of the record are missing.",
  })
  readonly superseded?: boolean;

  @Field(() => Boolean, {
    description: "True if the record is being deleted: it goes once nothing of it runs any more.",
  })
  readonly deleting!: boolean;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- TypeScript's own rule for a mixin's base
type Base = abstract new (...args: any[]) => object;

/**
 * Adds the bookkeeping of all records to the fields that define one. It is a mixin because a snapshot has the same
 * defining fields without the bookkeeping.
 */
export function storedRecord<B extends Base>(fields: B) {
  // Empty objects are values: mongoose would leave them out otherwise.
  @modelOptions({ schemaOptions: { minimize: false }, options: { allowMixed: Severity.ALLOW } })
  abstract class StoredRecord extends fields {
    @prop({ type: () => String, required: true })
    readonly _id!: string;

    /** The names of the parents and the own name (`keyOf`). */
    @prop({ type: () => String, required: true })
    readonly key!: string;

    /** The number among the records of the key. Absent while files are missing. */
    @prop({ type: () => Number })
    readonly seq?: number;

    /** The number of changes. Every write names the version that it saw. */
    @prop({ type: () => Number, required: true })
    readonly version!: number;

    /** Absent while files are missing, so that reads of current records skip it. */
    @prop({ type: () => Boolean })
    readonly superseded?: boolean;

    @prop({ type: () => Boolean, required: true })
    readonly deleting!: boolean;

    /** True if earlier records of the key are being deleted with it. */
    @prop({ type: () => Boolean })
    readonly with_earlier?: boolean;

    /**
     * True of a tombstone. It stays a day for its idempotency keys, and for its `seq` while earlier records are there.
     */
    @prop({ type: () => Boolean })
    readonly deleted?: boolean;

    @prop({ type: () => Date, required: true })
    readonly created_at!: Date;

    @prop({ type: () => String, required: true })
    readonly created_by!: string;

    @prop({ type: () => Date, required: true })
    readonly modified_at!: Date;

    @prop({ type: () => [OutboxEntry], _id: false, default: undefined })
    readonly outbox?: OutboxEntry[];

    @prop({ type: () => [UsedKey], _id: false, default: undefined })
    readonly used_keys?: UsedKey[];
  }
  return StoredRecord;
}

/** The base of records without snapshots. */
export const StoredRecord = storedRecord(class Unshared {});

/** The fields of all records in the store. */
export interface AnyRecord {
  readonly _id: string;
  readonly key: string;
  readonly seq?: number;
  readonly version: number;
  readonly superseded?: boolean;
  readonly deleting: boolean;
  readonly with_earlier?: boolean;
  readonly deleted?: boolean;
  readonly created_at: Date;
  readonly created_by: string;
  readonly modified_at: Date;
  readonly outbox?: OutboxEntry[];
  readonly used_keys?: UsedKey[];
}
