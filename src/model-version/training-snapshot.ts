import { prop } from "@typegoose/typegoose";
import { Field, Int, InterfaceType, ObjectType } from "type-graphql";
import { BuildVersionSnapshot } from "../builds/build-version.js";
import { DatasetSnapshot } from "../dataset/dataset.js";
import { definitionOf, parent, PIN, SNAPSHOT, VALUE } from "../graph/definition.js";
import { EnvVariable } from "../graph/env-variable.js";
import { ResourceProfile, ResourceSet } from "../graph/resource-profile.js";
import { JsonObjectScalar } from "../graph/scalars.js";
import { Pin, SnapshotInfo, snapshotOf } from "../graph/snapshot.js";
import { typeOfRecord } from "../graph/stored-record.js";
import { PROJECT_DEFINITION, ProjectInfo, ProjectSnapshot } from "../project/project.js";
import type { Training } from "../training/training.js";
import { ModelVersionSnapshot } from "./model-version.js";

@InterfaceType({
  description: "The defining fields of a training, shared by the training and its snapshots.",
  resolveType: (value: object) => ("taken_at" in value ? "TrainingSnapshot" : typeOfRecord(value as Training)),
})
export abstract class TrainingInfo {
  @Field(() => String, { description: "The name of the training; it never changes." })
  @prop({ type: () => String, required: true })
  readonly name!: string;

  @Field(() => BuildVersionSnapshot, {
    nullable: true,
    description: "The build version used, as it was when the training was started.",
  })
  @prop({ type: () => BuildVersionSnapshot })
  readonly bvers?: BuildVersionSnapshot | null;

  @Field(() => String, { nullable: true, description: "Path inside the project of the notebook that is executed." })
  @prop({ type: () => String })
  readonly notebook?: string | null;

  @Field(() => JsonObjectScalar, { description: "The parameters given to the notebook." })
  @prop({ type: () => Object, required: true, default: () => ({}) })
  readonly params!: Record<string, unknown>;

  @Field(() => JsonObjectScalar, { description: "Arbitrary details." })
  @prop({ type: () => Object, required: true, default: () => ({}) })
  readonly details!: Record<string, unknown>;

  @Field(() => ResourceSet, {
    name: "requestedResources",
    nullable: true,
    description: "The resources that were asked for; null if none were.",
  })
  @prop({ type: () => ResourceSet, _id: false })
  readonly requested_resources?: ResourceSet | null;

  @Field(() => ResourceProfile, {
    nullable: true,
    description: "The limits of its container: what was asked for, and the defaults for the rest.",
  })
  @prop({ type: () => ResourceProfile, _id: false })
  readonly resources?: ResourceProfile | null;

  @Field(() => [EnvVariable], {
    nullable: true,
    description: "The variables of its environment, with those of the project. Null if there are none.",
  })
  @prop({ type: () => [EnvVariable], _id: false, default: undefined })
  readonly env?: EnvVariable[] | null;

  @Field(() => Int, {
    name: "timeoutSeconds",
    nullable: true,
    description: "The seconds that it may run, from its first start on. Null for one of before this was kept.",
  })
  @prop({ type: () => Number })
  readonly timeout_seconds?: number | null;
  @Field(() => String, {
    name: "targetDeployment",
    nullable: true,
    description: "The name of the deployment that gets what the training publishes; null without one.",
  })
  @prop({ type: () => String })
  readonly target_deployment?: string | null;

  @Field(() => [DatasetSnapshot], { description: "Every dataset mounted, as it was when the training was started." })
  @prop({ type: () => [DatasetSnapshot], required: true })
  readonly ds!: DatasetSnapshot[];

  @Field(() => ProjectInfo, { description: "The project responsible for the training." })
  readonly proj!: unknown;

  @Field(() => [ModelVersionSnapshot], {
    description: "Every model version mounted to start from, as it was when the training was started.",
  })
  readonly pretrained!: unknown;
}

@ObjectType({ implements: [SnapshotInfo, TrainingInfo], description: "A training as it was at one moment." })
export class TrainingSnapshot extends snapshotOf(TrainingInfo) {
  @Field(() => ProjectSnapshot, { description: "The project as it was at that moment." })
  @prop({ type: () => ProjectSnapshot, required: true })
  declare readonly proj: ProjectSnapshot;

  @prop({ type: () => [Pin], required: true })
  declare readonly pretrained: Pin[];
}

export const TRAINING_DEFINITION = definitionOf<Training, TrainingSnapshot>({
  name: VALUE,
  bvers: SNAPSHOT,
  notebook: VALUE,
  params: VALUE,
  details: VALUE,
  requested_resources: VALUE,
  resources: VALUE,
  timeout_seconds: VALUE,
  target_deployment: VALUE,
  env: VALUE,
  ds: SNAPSHOT,
  proj: parent("project", PROJECT_DEFINITION),
  pretrained: PIN,
});
