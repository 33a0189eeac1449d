import { modelOptions, prop, Severity } from "@typegoose/typegoose";
import { GraphQLDateTime } from "graphql-scalars";
import { Field, ID, InterfaceType } from "type-graphql";
import { kindOf, TYPE_OF_KIND } from "./id.js";

/** Lean objects carry no class, so that the id says the type. */
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

/** One change of a record, on its way to the collection `events`. */
@modelOptions({ schemaOptions: { minimize: false }, options: { allowMixed: Severity.ALLOW } })
export class OutboxEntry {
  /** The version that the change made. */
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

/** A mutation that made or changed the record, so that its repeat can be told from another one. */
export class UsedKey {
  /** Caller and idempotency key. */
  @prop({ type: () => String, required: true })
  readonly key!: string;

  /** Of the mutation and its input as sent. */
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
 * Adds to the fields that define a record what the store keeps of every record. A mixin, since a snapshot has the
 * same defining fields and none of these.
 */
export function storedRecord<B extends Base>(fields: B) {
  // An empty object is a value: without this option mongoose would leave it out.
  @modelOptions({ schemaOptions: { minimize: false }, options: { allowMixed: Severity.ALLOW } })
  abstract class StoredRecord extends fields {
    @prop({ type: () => String, required: true })
    readonly _id!: string;

    /** The parents' names and the own name (`keyOf`). */
    @prop({ type: () => String, required: true })
    readonly key!: string;

    /** Counts the records of one key; absent until a record with files is complete. */
    @prop({ type: () => Number })
    readonly seq?: number;

    /** Counts the changes of this record; every write names the version that it saw. */
    @prop({ type: () => Number, required: true })
    readonly version!: number;

    /** Absent until a record with files is complete, so that no reader of current records meets it. */
    @prop({ type: () => Boolean })
    readonly superseded?: boolean;

    @prop({ type: () => Boolean, required: true })
    readonly deleting!: boolean;

    /** True if the earlier records of the key are being deleted with it. */
    @prop({ type: () => Boolean })
    readonly with_earlier?: boolean;

    /** A tombstone: kept a day for its idempotency keys, and for its place in `seq` while earlier records of the key are there. */
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

/** For a record that no snapshot freezes, and so shares its fields with nobody. */
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
