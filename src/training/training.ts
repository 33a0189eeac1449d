import { index, modelOptions, prop } from "@typegoose/typegoose";
import { Directive, Field, ObjectType } from "type-graphql";
import { Rollout } from "../graph/rollout.js";
import { GpuUse } from "../graph/gpu-use.js";
import { Archive } from "../graph/stored-file.js";
import { Node, RecordInfo, storedRecord } from "../graph/stored-record.js";
import { Task } from "../graph/task.js";
import { ModelVersionSnapshot } from "../model-version/model-version.js";
import { TrainingInfo } from "../model-version/training-snapshot.js";

@Directive('@key(fields: "id")')
@Directive('@key(fields: "proj { name } name")')
@ObjectType({ implements: [Node, RecordInfo, TrainingInfo], description: "The execution of a training notebook." })
@modelOptions({ schemaOptions: { collection: "trainings" } })
@index({ proj: 1, superseded: 1, _id: -1 })
@index({ "task.state": 1, superseded: 1, _id: -1 })
@index({ superseded: 1, name: 1, _id: 1 })
@index({ "bvers._id": 1, superseded: 1, _id: -1 })
@index({ "ds._id": 1, superseded: 1, _id: -1 })
@index({ "pretrained._id": 1, superseded: 1, _id: -1 })
@index({ "pretrained.pretrained.hash": 1 })
@index({ "pretrained.train.pretrained.hash": 1 })
@index({ "output.sha256": 1 })
export class Training extends storedRecord(TrainingInfo) {
  /** The id of the project. */
  @prop({ type: () => String, required: true })
  declare readonly proj: string;

  @Field(() => [ModelVersionSnapshot], {
    description: "Every model version mounted to start from, as it was when the training was started.",
  })
  @prop({ type: () => [ModelVersionSnapshot], required: true })
  declare readonly pretrained: ModelVersionSnapshot[];

  @Field(() => Task, { description: "The progress of the work." })
  @prop({ type: () => Task, required: true, _id: false })
  readonly task!: Task;

  @Field(() => Rollout, { nullable: true, description: "The result of `targetDeployment`; null without one." })
  @prop({ type: () => Rollout, _id: false })
  readonly rollout?: Rollout | null;

  @Field(() => GpuUse, {
    name: "gpuUse",
    nullable: true,
    description: "The highest use of its GPUs so far. Null without GPUs, or if the server cannot read it.",
  })
  @prop({ type: () => GpuUse, _id: false })
  readonly gpu_use?: GpuUse | null;

  /** True if a user asked for its end. */
  @prop({ type: () => Boolean })
  readonly cancel?: boolean;

  /** The executed notebook, kept whether it failed or not. */
  @prop({ type: () => Archive, _id: false })
  readonly output?: Archive | null;
}
