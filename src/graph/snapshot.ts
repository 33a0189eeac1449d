import { modelOptions, prop, Severity } from "@typegoose/typegoose";
import { GraphQLDateTime } from "graphql-scalars";
import { Field, ID, InterfaceType, ObjectType, registerEnumType } from "type-graphql";
import { JsonScalar } from "./scalars.js";

export enum SnapshotStatus {
  IDENTICAL = "IDENTICAL",
  CHANGED = "CHANGED",
  REPLACED = "REPLACED",
  DELETED = "DELETED",
}
registerEnumType(SnapshotStatus, {
  name: "SnapshotStatus",
  description: "The state of a record, compared with a snapshot of it.",
  valuesConfig: {
    IDENTICAL: { description: "The same record is current under the name, with the same content." },
    CHANGED: { description: "The same record is current under the name, with other content: see `drift`." },
    REPLACED: { description: "Another record has taken the name: see `live` and `drift`." },
    DELETED: { description: "Nothing is current under the name." },
  },
});

@ObjectType({ description: "One difference between a snapshot and the record that is current under its name." })
export class Drift {
  @Field(() => [String], { description: "The path to the value: field names and list positions." })
  readonly path!: string[];

  @Field(() => JsonScalar, { nullable: true, description: "The value in the snapshot; null if there was none." })
  readonly frozen!: unknown;

  @Field(() => JsonScalar, { nullable: true, description: "The value that is current; null if there is none." })
  readonly now!: unknown;
}

@InterfaceType("Snapshot", {
  description:
    "The state of a record at one moment. It never changes, and `status` and `drift` compare it with the record of today.",
  resolveType: () => undefined,
})
export abstract class SnapshotInfo {
  @Field(() => ID, {
    name: "recordId",
    description:
      "The id of the record of which the snapshot was taken. It is not called `id`: clients that normalise by id would take the snapshot for the record.",
  })
  readonly _id!: string;

  @Field(() => GraphQLDateTime, { name: "takenAt", description: "The time at which the snapshot was taken." })
  readonly taken_at!: Date;

  @Field(() => SnapshotStatus, { description: "The state of the record now, compared with this snapshot." })
  readonly status?: SnapshotStatus;

  @Field(() => [Drift], {
    description:
      "The differences, field by field, from the record that is current under the name. Empty if there are none, or if no record is current.",
  })
  readonly drift?: Drift[];
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- TypeScript's own rule for a mixin's base
type Base = abstract new (...args: any[]) => object;

/** Adds the fields of all snapshots to those that define a record. */
export function snapshotOf<B extends Base>(fields: B) {
  // Empty objects are values: mongoose would leave them out otherwise.
  @modelOptions({ schemaOptions: { minimize: false }, options: { allowMixed: Severity.ALLOW } })
  abstract class StoredSnapshot extends fields {
    @prop({ type: () => String, required: true })
    readonly _id!: string;

    @prop({ type: () => String, required: true })
    readonly key!: string;

    @prop({ type: () => Date, required: true })
    readonly taken_at!: Date;
  }
  return StoredSnapshot;
}

/** The fields of all snapshots in the store. */
export interface AnySnapshot {
  readonly _id: string;
  readonly key: string;
  readonly taken_at: Date;
}

/**
 * Stands for a snapshot inside a snapshot. The content is in the collection `snapshots`, once: a chain of versions
 * would double at every level.
 */
export class Pin {
  @prop({ type: () => String, required: true })
  readonly _id!: string;

  @prop({ type: () => String, required: true })
  readonly key!: string;

  /** The SHA-256 of the copy's canonical BSON, and its `_id`. */
  @prop({ type: () => String, required: true })
  readonly hash!: string;

  @prop({ type: () => Date, required: true })
  readonly taken_at!: Date;
}

/** Fields with content of the user's own. */
export const FREE_FIELDS: ReadonlySet<string> = new Set(["details", "params"]);

export interface FoundSnapshot {
  /** Field names and list positions. */
  readonly path: readonly string[];
  /** A snapshot, or a pin if it is nested deep enough. */
  readonly snapshot: AnySnapshot;
}

/** Returns all snapshots in a stored value, outer ones first. Pinned ones stay closed. */
export function snapshotsIn(value: unknown, path: readonly string[] = []): FoundSnapshot[] {
  if (typeof value !== "object" || value === null) return [];
  const found: FoundSnapshot[] = "taken_at" in value ? [{ path, snapshot: value as AnySnapshot }] : [];
  for (const [name, each] of Object.entries(value))
    if (!FREE_FIELDS.has(name)) found.push(...snapshotsIn(each, [...path, name]));
  return found;
}
