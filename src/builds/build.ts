import { index, modelOptions, prop } from "@typegoose/typegoose";
import { Directive, Field, ID, ObjectType } from "type-graphql";
import { Node, RecordInfo, StoredRecord } from "../graph/stored-record.js";
import { Task } from "../graph/task.js";
import { BuildArgument, BuildVersionSnapshot, BuiltFrom } from "./build-version.js";

/** The inputs of a build, fixed when it is requested. */
class BuildPlan {
  /** `homeDir`, `gitRepo` or `dockerRepo` of the project. */
  @prop({ type: () => String, required: true })
  readonly location!: string;

  /** The version of the secret that the chest held. */
  @prop({ type: () => Number })
  readonly chest_version?: number | null;

  @prop({ type: () => Number })
  readonly registry_chest_version?: number | null;

  /** The id of the future build version, so that it is inserted once. */
  @prop({ type: () => String, required: true })
  readonly build_version!: string;
}

@ObjectType({
  description: "The treasure chest that a build was given, as it was then: it stays when the chest is deleted.",
})
@modelOptions({ schemaOptions: { _id: false } })
export class UsedChest {
  @Field(() => ID, { name: "chestId", description: "The id of the chest." })
  @prop({ type: () => String, required: true })
  readonly chest!: string;

  @Field(() => String, { description: "The name of the chest." })
  @prop({ type: () => String, required: true })
  readonly name!: string;

  @Field(() => String, { description: "The user to whom it belonged." })
  @prop({ type: () => String, required: true })
  readonly owner!: string;
}

@Directive('@key(fields: "id")')
@ObjectType({
  implements: [Node, RecordInfo],
  description: "The run that makes a build version, as a training makes a model version.",
})
@modelOptions({ schemaOptions: { collection: "builds" } })
@index({ proj: 1, superseded: 1, _id: -1 })
@index({ "task.state": 1, superseded: 1, _id: -1 })
@index({ superseded: 1, tag: 1, _id: 1 })
@index({ chest: 1, superseded: 1, _id: -1 })
@index({ registry_chest: 1, superseded: 1, _id: -1 })
export class Build extends StoredRecord {
  /** The id of the project. */
  @prop({ type: () => String, required: true })
  readonly proj!: string;

  @Field(() => String, { description: "The Docker tag that the build version gets." })
  @prop({ type: () => String, required: true })
  readonly tag!: string;

  @Field(() => BuiltFrom, { description: "The source of the content of the image." })
  @prop({ type: () => String, enum: BuiltFrom, required: true })
  readonly from!: BuiltFrom;

  @Field(() => String, {
    nullable: true,
    description: "The branch, tag or commit asked for; the default branch if it is null.",
  })
  @prop({ type: () => String })
  readonly ref?: string | null;

  @Field(() => Boolean, { name: "noCache", description: "True if every step is done anew, without the build cache." })
  @prop({ type: () => Boolean, required: true })
  readonly no_cache!: boolean;

  @Field(() => String, {
    nullable: true,
    description: "The path of the Dockerfile inside the project; null for `Dockerfile` in its top folder.",
  })
  @prop({ type: () => String })
  readonly dockerfile?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The stage of the Dockerfile that becomes the image; null for the last one.",
  })
  @prop({ type: () => String })
  readonly target?: string | null;

  @prop({ type: () => [BuildArgument] })
  readonly build_args?: readonly BuildArgument[];

  /** The id of the chest for the git host or the registry pulled from. */
  @prop({ type: () => String })
  readonly chest?: string | null;

  /** The id of the chest for the registry pushed to. */
  @prop({ type: () => String })
  readonly registry_chest?: string | null;

  @Field(() => UsedChest, {
    name: "usedChest",
    nullable: true,
    description: "The chest of `chest` as it was when the build was asked for. Null if none was named.",
  })
  @prop({ type: () => UsedChest })
  readonly used_chest?: UsedChest | null;

  @Field(() => UsedChest, {
    name: "usedRegistryChest",
    nullable: true,
    description: "The chest of `registryChest` as it was when the build was asked for. Null if none was named.",
  })
  @prop({ type: () => UsedChest })
  readonly used_registry_chest?: UsedChest | null;

  @prop({ type: () => BuildPlan, _id: false })
  readonly plan?: BuildPlan;

  @Field(() => BuildVersionSnapshot, { nullable: true, description: "The build version, once it is made." })
  @prop({ type: () => BuildVersionSnapshot })
  readonly bvers?: BuildVersionSnapshot | null;

  @Field(() => Task, { description: "The progress of the work." })
  @prop({ type: () => Task, required: true, _id: false })
  readonly task!: Task;

  /** True if a user asked to cancel it. */
  @prop({ type: () => Boolean })
  readonly cancel?: boolean;
}
