import { index, modelOptions, prop } from "@typegoose/typegoose";
import { Directive, Field, ObjectType } from "type-graphql";
import { JsonObjectScalar } from "../graph/scalars.js";
import { Node, RecordInfo, StoredRecord } from "../graph/stored-record.js";

@Directive('@key(fields: "id")')
@Directive('@key(fields: "name")')
@ObjectType({
  implements: [Node, RecordInfo],
  description: "A pair of credentials, sealed before it is stored. No field gives the secret back.",
})
@modelOptions({ schemaOptions: { collection: "treasure_chests" } })
@index({ superseded: 1, name: 1, _id: 1 })
export class TreasureChest extends StoredRecord {
  @Field(() => String, { description: "The name of the chest; it never changes." })
  @prop({ type: () => String, required: true })
  readonly name!: string;

  @Field(() => String, { description: "The user to whom it belongs." })
  @prop({ type: () => String, required: true })
  readonly owner!: string;

  @Field(() => String, { nullable: true, description: "Free text." })
  @prop({ type: () => String })
  readonly desc?: string | null;

  @Field(() => JsonObjectScalar, { description: "Arbitrary details; never the secret." })
  @prop({ type: () => Object, required: true, default: () => ({}) })
  readonly details!: Record<string, unknown>;

  /** The number of the current secret; one of another number opens nothing. */
  @prop({ type: () => Number, required: true })
  readonly secret_version!: number;
}
