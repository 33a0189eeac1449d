import { index, modelOptions, prop } from "@typegoose/typegoose";
import { Directive, Field, Float, InterfaceType, ObjectType } from "type-graphql";
import { definitionOf, VALUE } from "../graph/definition.js";
import { RetentionPolicy } from "../graph/retention-policy.js";
import { SnapshotInfo, snapshotOf } from "../graph/snapshot.js";
import { Node, RecordInfo, storedRecord, typeOfRecord } from "../graph/stored-record.js";

@ObjectType({
  description: "One file of a model's contract: what it is called, whether it must be there, how large it may be.",
})
export class FileDoc {
  @Field(() => String, { description: "The name of the file, its folders included: `variables/variables.index`." })
  @prop({ type: () => String, required: true })
  readonly name!: string;

  @Field(() => String, { nullable: true, description: "Free text." })
  @prop({ type: () => String })
  readonly desc?: string | null;

  @Field(() => Boolean, { description: "True if the file must be there." })
  @prop({ type: () => Boolean, required: true })
  readonly required!: boolean;

  @Field(() => Float, {
    name: "maxMb",
    nullable: true,
    description: "The largest size of the file, in MB (1,000,000 bytes).",
  })
  @prop({ type: () => Number })
  readonly max_mb?: number | null;
}

@InterfaceType({
  description: "The defining fields of a model, shared by the model and its snapshots.",
  resolveType: (value: object) => ("taken_at" in value ? "ModelSnapshot" : typeOfRecord(value as Model)),
})
export abstract class ModelInfo {
  @Field(() => String, { description: "The name of the model; it never changes." })
  @prop({ type: () => String, required: true })
  readonly name!: string;

  @Field(() => String, { nullable: true, description: "Free text." })
  @prop({ type: () => String })
  readonly desc?: string | null;

  @Field(() => [FileDoc], { name: "modelFiles", description: "The files that a version of the model consists of." })
  @prop({ type: () => [FileDoc], required: true, _id: false })
  readonly model_files!: FileDoc[];

  @Field(() => [FileDoc], { name: "dataFiles", description: "The files that a dataset for the model consists of." })
  @prop({ type: () => [FileDoc], required: true, _id: false })
  readonly data_files!: FileDoc[];
}

@Directive('@key(fields: "id")')
@Directive('@key(fields: "name")')
@ObjectType({
  implements: [Node, RecordInfo, ModelInfo],
  description:
    "A model definition: a template that says how versions of the model are persisted and what they are trained on.",
})
@modelOptions({ schemaOptions: { collection: "models" } })
@index({ superseded: 1, name: 1, _id: 1 })
export class Model extends storedRecord(ModelInfo) {
  @Field(() => RetentionPolicy, {
    nullable: true,
    description:
      "The rules that decide which superseded datasets and versions of the model are kept; null: all are kept.",
  })
  @prop({ type: () => RetentionPolicy, _id: false })
  readonly retention?: RetentionPolicy | null;
}

@ObjectType({ implements: [SnapshotInfo, ModelInfo], description: "A model definition as it was at one moment." })
export class ModelSnapshot extends snapshotOf(ModelInfo) {}

export const MODEL_DEFINITION = definitionOf<Model, ModelSnapshot>({
  name: VALUE,
  desc: VALUE,
  model_files: VALUE,
  data_files: VALUE,
});
