import { index, modelOptions, prop } from "@typegoose/typegoose";
import { Directive, Field, Int, ObjectType } from "type-graphql";
import { Node, RecordInfo, storedRecord } from "../graph/stored-record.js";
import { Served } from "./deployment.js";

@Directive('@key(fields: "id")')
@Directive('@key(fields: "deployment { proj { name } name } number")')
@ObjectType({
  implements: [Node, RecordInfo, Served],
  description:
    "One version of a deployment: all that it ran from one change to the next. It never changes, so that a prediction can be traced to it.",
})
@modelOptions({ schemaOptions: { collection: "deployment_revisions" } })
@index({ "movers.pretrained.hash": 1 })
@index({ "movers.train.pretrained.hash": 1 })
@index({ deployment: 1, superseded: 1, _id: -1 })
export class DeploymentRevision extends storedRecord(Served) {
  /** The id of the deployment. */
  @prop({ type: () => String, required: true })
  readonly deployment!: string;

  @Field(() => Int, { description: "The number of the revision, from 1 in each deployment." })
  @prop({ type: () => Number, required: true })
  readonly number!: number;
}
