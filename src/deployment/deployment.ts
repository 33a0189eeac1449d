import { index, modelOptions, prop } from "@typegoose/typegoose";
import { Directive, Field, Int, InterfaceType, ObjectType, registerEnumType } from "type-graphql";
import { BuildVersionSnapshot } from "../builds/build-version.js";
import { type Kind, kindOfRecord } from "../graph/id.js";
import { EnvVariable } from "../graph/env-variable.js";
import { ResourceProfile, ResourceSet } from "../graph/resource-profile.js";
import { JsonObjectScalar } from "../graph/scalars.js";
import { snapshotsIn } from "../graph/snapshot.js";
import { Node, RecordInfo, storedRecord, typeOfRecord } from "../graph/stored-record.js";
import { Task } from "../graph/task.js";
import { ModelVersionSnapshot } from "../model-version/model-version.js";

export enum Availability {
  NONE = "NONE",
  PARTIAL = "PARTIAL",
  FULL = "FULL",
}
registerEnumType(Availability, {
  name: "Availability",
  description: "The share of the replicas that answer: all, some or none of the number in `replicas`.",
  valuesConfig: {
    NONE: { description: "No replica answers." },
    PARTIAL: { description: "Some replicas answer, or the current revision is not complete yet." },
    FULL: { description: "All replicas of the current revision answer." },
  },
});

@ObjectType({ description: "The task of one replica of a deployment." })
export class ReplicaTask extends Task {
  @Field(() => Int, { description: "The number of the replica, from 0." })
  @prop({ type: () => Number, required: true })
  readonly slot!: number;

  @Field(() => Int, { description: "The number of the revision that it serves." })
  @prop({ type: () => Number, required: true })
  readonly revision!: number;

  @Field(() => Boolean, { description: "True if the replica answers requests." })
  @prop({ type: () => Boolean, required: true })
  readonly ready!: boolean;
}

@InterfaceType({
  description: "The parts of a deployment that its containers run; shared by the deployment and its revisions.",
  resolveType: typeOfRecord,
})
export abstract class Served {
  @Field(() => [ModelVersionSnapshot], {
    description: "The versions served, as they were when they were deployed; empty for lazy serving.",
  })
  @prop({ type: () => [ModelVersionSnapshot], required: true })
  readonly movers!: ModelVersionSnapshot[];

  @Field(() => BuildVersionSnapshot, {
    nullable: true,
    description: "The build version that the containers are made of, as it was then.",
  })
  @prop({ type: () => BuildVersionSnapshot })
  readonly bvers?: BuildVersionSnapshot | null;

  @Field(() => String, { nullable: true, description: "Path inside the project of the prediction notebook." })
  @prop({ type: () => String })
  readonly notebook?: string | null;

  @Field(() => JsonObjectScalar, { description: "The parameters given to the notebook." })
  @prop({ type: () => Object })
  readonly params?: Record<string, unknown>;

  /** The parameters as JSON, with 1.0 for the float 1.0, which JavaScript would make 1. */
  @prop({ type: () => String })
  readonly written_params?: string;

  @Field(() => [EnvVariable], {
    nullable: true,
    description: "The variables of each container's environment, with those of the project. Null if there are none.",
  })
  @prop({ type: () => [EnvVariable], _id: false, default: undefined })
  readonly env?: EnvVariable[] | null;

  @Field(() => ResourceSet, {
    name: "requestedResources",
    nullable: true,
    description: "The resources that were asked for; null if none were.",
  })
  @prop({ type: () => ResourceSet, _id: false })
  readonly requested_resources?: ResourceSet | null;

  @Field(() => ResourceProfile, {
    nullable: true,
    description:
      "The limits of each container: what was asked for, and the defaults for the rest. Null for one deployed before limits were kept: it has the operator's defaults.",
  })
  @prop({ type: () => ResourceProfile, _id: false })
  readonly resources?: ResourceProfile | null;

  @Field(() => JsonObjectScalar, { description: "Arbitrary details." })
  @prop({ type: () => Object, required: true, default: () => ({}) })
  readonly details!: Record<string, unknown>;
}

@Directive('@key(fields: "id")')
@Directive('@key(fields: "proj { name } name")')
@ObjectType({
  implements: [Node, RecordInfo, Served],
  description:
    "A group of identical containers that serve predictions behind one address. Its fields hold the desired state; `tasks` and `availability` the actual one.",
})
@modelOptions({ schemaOptions: { collection: "deployments" } })
@index({ proj: 1, superseded: 1, _id: -1 })
@index({ availability: 1, superseded: 1, _id: -1 })
@index({ superseded: 1, name: 1, _id: 1 })
@index({ "movers.pretrained.hash": 1 })
@index({ "movers.train.pretrained.hash": 1 })
@index({ "movers._id": 1, superseded: 1, _id: -1 })
@index({ "movers.model._id": 1, superseded: 1, _id: -1 })
@index({ "bvers._id": 1, superseded: 1, _id: -1 })
@index({ holds: 1, superseded: 1, _id: -1 })
export class Deployment extends storedRecord(Served) {
  @Field(() => String, { description: "The name of the deployment; it never changes." })
  @prop({ type: () => String, required: true })
  readonly name!: string;

  /** The id of the project. */
  @prop({ type: () => String, required: true })
  readonly proj!: string;

  @Field(() => Int, {
    description:
      "The number of the current revision, from 1. Each change but that of `replicas` alone makes the next one.",
  })
  @prop({ type: () => Number, required: true })
  readonly revision!: number;

  /** The id of the current revision, chosen with the desired state, before the revision is created. */
  @prop({ type: () => String, required: true })
  readonly revision_id!: string;

  /** The records of which it holds snapshots, nested ones too (`snapshotRefs`). A change of one may be drift. */
  @prop({ type: () => [String] })
  readonly holds?: string[];

  @Field(() => Int, { description: "The number of containers that should run, 0 to 20." })
  @prop({ type: () => Number, required: true })
  readonly replicas!: number;

  @Field(() => [ReplicaTask], { description: "One task for each replica that should run or still does." })
  @prop({ type: () => [ReplicaTask], required: true, _id: false })
  readonly tasks!: ReplicaTask[];

  @Field(() => Availability, {
    description: "The share of the replicas that answer: all, some or none of the number in `replicas`.",
  })
  @prop({ type: () => String, enum: Availability, required: true })
  readonly availability!: Availability;
}

/** Returns the entry of `holds` for a record, by its key. */
export const snapshotRef = (kind: Kind, key: string): string => `${kind}:${key}`;

/** Returns the entries of `holds` for all snapshots in it, nested ones too. */
export function snapshotRefs({ bvers, movers }: Pick<Served, "bvers" | "movers">): string[] {
  const names = snapshotsIn({ bvers, movers }).map(({ snapshot }) => snapshotRef(kindOfRecord(snapshot), snapshot.key));
  return [...new Set(names)];
}
