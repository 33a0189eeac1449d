import { GraphQLDateTime } from "graphql-scalars";
import { ArgsType, Field, ID, ObjectType } from "type-graphql";
import { Drift, SnapshotStatus } from "../graph/snapshot.js";
import { RecordType } from "./record-type.js";

@ObjectType({ description: "A record that is deployed differs from its snapshot in the deployment." })
export class DriftEvent {
  /** The id of the deployment. */
  readonly deployment!: string;

  /** The natural key of the deployment. */
  readonly deploymentKey!: string;

  @Field(() => [String], {
    description:
      "The path to the snapshot inside the deployment: field names and list positions, as in `movers`, `0`, `train`, `ds`, `1`.",
  })
  readonly path!: readonly string[];

  @Field(() => SnapshotStatus, {
    description: "The state of the record now, compared with the snapshot: CHANGED, REPLACED or DELETED.",
  })
  readonly status!: SnapshotStatus;

  @Field(() => RecordType, { description: "The type of the record of which the snapshot was taken." })
  readonly type!: RecordType;

  @Field(() => ID, { description: "The id of the record of which the snapshot was taken." })
  readonly recordId!: string;

  @Field(() => [String], { description: "Its natural key: the names of its parents and its own." })
  readonly key!: readonly string[];

  @Field(() => [Drift], {
    description:
      "The differences, field by field, from the record that is current under the name; empty if no record is current.",
  })
  readonly drift!: readonly Drift[];

  @Field(() => GraphQLDateTime, { description: "The time of the change that caused the drift." })
  readonly at!: Date;

  /** The id of the current record of the key, or null. */
  readonly live!: string | null;
}

@ArgsType()
export class DriftDetectedArgs {
  @Field(() => String, {
    nullable: true,
    description: "The name of a project: only its deployments; those of all if it is left out.",
  })
  readonly proj?: string | null;
}
