import { index, modelOptions, prop } from "@typegoose/typegoose";
import { Directive, Field, Int, ObjectType } from "type-graphql";
import { Node } from "../graph/node.js";
import { RecordInfo, storedRecord } from "../graph/stored-record.js";
import { Served } from "./deployment.js";

@Directive('@key(fields: "id")')
@Directive('@key(fields: "deployment { proj { name } name } number")')
@ObjectType({
  implements: [Node, RecordInfo, Served],
  description:
    "What a deployment ran from one change of it to the next. It never changes: the provenance of a prediction needs it.",
})
@modelOptions({ schemaOptions: { collection: "deployment_revisions" } })
@index({ "movers.pretrained.hash": 1 })
@index({ "movers.train.pretrained.hash": 1 })
@index({ deployment: 1, superseded: 1, _id: -1 })
export class DeploymentRevision extends storedRecord(Served) {
  /** The id of the deployment. */
  @prop({ type: () => String, required: true })
  readonly deployment!: string;

  @Field(() => Int, { description: "Counts the revisions of the deployment, from 1." })
  @prop({ type: () => Number, required: true })
  readonly number!: number;
}
