import { GraphQLDateTime } from "graphql-scalars";
import { ArgsType, Field, ID, ObjectType } from "type-graphql";
import { Drift, SnapshotStatus } from "../graph/snapshot.js";
import { RecordType } from "./record-type.js";

@ObjectType({ description: "Something that is deployed is no longer as it was when it was deployed." })
export class DriftEvent {
  /** The id of the deployment. */
  readonly deployment!: string;

  /** The natural key of the deployment. */
  readonly deploymentKey!: string;

  @Field(() => [String], {
    description:
      "Where in the deployment the snapshot is: field names and list positions, as in `movers`, `0`, `train`, `ds`, `1`.",
  })
  readonly path!: readonly string[];

  @Field(() => SnapshotStatus, { description: "What has become of the record: CHANGED, REPLACED or DELETED." })
  readonly status!: SnapshotStatus;

  @Field(() => RecordType, { description: "The type of the record of which the snapshot was taken." })
  readonly type!: RecordType;

  @Field(() => ID, { description: "The id of the record of which the snapshot was taken." })
  readonly recordId!: string;

  @Field(() => [String], { description: "Its natural key: the names of its parents and its own." })
  readonly key!: readonly string[];

  @Field(() => [Drift], {
    description: "What differs, field by field, from what is current under the name; empty where nothing is.",
  })
  readonly drift!: readonly Drift[];

  @Field(() => GraphQLDateTime, { description: "When what caused it was done." })
  readonly at!: Date;

  /** The id of the record that is current under the key. */
  readonly live!: string | null;
}

@ArgsType()
export class DriftDetectedArgs {
  @Field(() => String, {
    nullable: true,
    description: "The name of a project: only its deployments; those of all where it is left out.",
  })
  readonly proj?: string | null;
}
