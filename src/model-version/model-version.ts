import { index, modelOptions, prop } from "@typegoose/typegoose";
import { Directive, Field, InterfaceType, ObjectType } from "type-graphql";
import { DatasetSnapshot } from "../dataset/dataset.js";
import { definitionOf, parent, PIN, SNAPSHOT, SUPPLIED, VALUE } from "../graph/definition.js";
import { JsonObjectScalar } from "../graph/scalars.js";
import { Pin, SnapshotInfo, snapshotOf } from "../graph/snapshot.js";
import { FileHolder, Manifest } from "../graph/manifest.js";
import { Archive, FILE_PARTS, FilesState, ManifestSummary, StoredFile } from "../graph/stored-file.js";
import { Node, RecordInfo, storedRecord, typeOfRecord } from "../graph/stored-record.js";
import { MODEL_DEFINITION, ModelInfo, ModelSnapshot } from "../model/model.js";
import { TrainingSnapshot } from "./training-snapshot.js";

@InterfaceType({
  description: "The defining fields of a model version, shared by the version and its snapshots.",
  resolveType: (value: object) => ("taken_at" in value ? "ModelVersionSnapshot" : typeOfRecord(value as ModelVersion)),
})
export abstract class ModelVersionInfo {
  @Field(() => String, { description: "The name of the version; it never changes." })
  @prop({ type: () => String, required: true })
  readonly name!: string;

  @Field(() => TrainingSnapshot, {
    nullable: true,
    description: "The training that made the version, as it was when it published.",
  })
  @prop({ type: () => TrainingSnapshot })
  readonly train?: TrainingSnapshot | null;

  @Field(() => DatasetSnapshot, { nullable: true, description: "The dataset that the version was trained on." })
  @prop({ type: () => DatasetSnapshot })
  readonly ds?: DatasetSnapshot | null;

  @Field(() => JsonObjectScalar, { description: "Arbitrary details, metrics for example." })
  @prop({ type: () => Object, required: true, default: () => ({}) })
  readonly details!: Record<string, unknown>;

  @Field(() => Boolean, { description: "True if all files are kept as one tar.gz." })
  @prop({ type: () => Boolean, required: true })
  readonly compressed!: boolean;

  @Field(() => Boolean, {
    description: "True if the files, at most 16 MiB each and 64 MiB together, are kept in the database itself.",
  })
  @prop({ type: () => Boolean, required: true })
  readonly lightweight!: boolean;

  @Field(() => [StoredFile], {
    description: "All files of the version. Use `manifest` to read very many in pages.",
  })
  @prop({ type: () => [StoredFile], required: true, _id: false })
  readonly files!: readonly StoredFile[];

  @Field(() => Manifest, {
    description: "The files of the version in pages, with their number, their size and a checksum of all.",
  })
  @prop({ type: () => ManifestSummary, _id: false })
  readonly manifest?: ManifestSummary | null;

  /** The id of the list of its files, if they are very many. */
  @prop({ type: () => String })
  readonly file_list?: string | null;

  @Field(() => ModelInfo, { description: "The model definition that shapes the version." })
  readonly model!: unknown;

  @Field(() => ModelVersionSnapshot, {
    nullable: true,
    description: "The version that this one was trained from, as it was when it was mounted.",
  })
  readonly pretrained?: unknown;
}

@Directive('@key(fields: "id")')
@Directive('@key(fields: "model { name } name")')
@ObjectType({
  implements: [Node, RecordInfo, ModelVersionInfo, FileHolder],
  description: "A model that a training made, with its files.",
})
@modelOptions({ schemaOptions: { collection: "model_versions" } })
@index({ model: 1, superseded: 1, _id: -1 })
@index({ superseded: 1, name: 1, _id: 1 })
// The filter leaves out empty lists, which a unique index takes for equal.
@index({ model: 1, aliases: 1 }, { unique: true, partialFilterExpression: { superseded: false, aliases: { $gt: "" } } })
@index({ "train._id": 1, superseded: 1, _id: -1 })
@index({ "train.proj._id": 1, superseded: 1, _id: -1 })
@index({ "train.bvers._id": 1, superseded: 1, _id: -1 })
@index({ "train.ds._id": 1 })
@index({ "train.pretrained._id": 1 })
@index({ "train.pretrained.hash": 1 })
@index({ "pretrained.pretrained.hash": 1 })
@index({ "pretrained.train.pretrained.hash": 1 })
@index({ "ds._id": 1, superseded: 1, _id: -1 })
@index({ "pretrained._id": 1, superseded: 1, _id: -1 })
@index({ "files.sha256": 1 })
@index({ "archive.sha256": 1 })
@index({ state: 1, modified_at: 1 })
export class ModelVersion extends storedRecord(ModelVersionInfo) {
  /** The id of the model. */
  @prop({ type: () => String, required: true })
  declare readonly model: string;

  @Field(() => ModelVersionSnapshot, {
    nullable: true,
    description: "The version that this one was trained from, as it was when it was mounted.",
  })
  @prop({ type: () => ModelVersionSnapshot })
  declare readonly pretrained?: ModelVersionSnapshot | null;

  @Field(() => FilesState, { description: "READY if all files of the record are there, else PENDING." })
  @prop({ type: () => String, enum: FilesState, required: true })
  readonly state!: FilesState;

  @Field(() => [String], {
    description:
      "Other names for this version among those of its model, `production` for example. An alias stands for the name wherever a version is named; a version that is published again keeps them.",
  })
  @prop({ type: () => [String], required: true })
  readonly aliases!: string[];

  /** The names of verified files; empty if a list holds the manifest. */
  @prop({ type: () => [String], required: true })
  readonly received!: string[];

  /** The time of the last arrival of very many files, to some minutes. */
  @prop({ type: () => Date })
  readonly last_arrival?: Date;

  /** The one blob of a `compressed` record. */
  @prop({ type: () => Archive, _id: false })
  readonly archive?: Archive | null;
}

@ObjectType({ implements: [SnapshotInfo, ModelVersionInfo], description: "A model version as it was at one moment." })
export class ModelVersionSnapshot extends snapshotOf(ModelVersionInfo) {
  @Field(() => ModelSnapshot, { description: "The model definition as it was at that moment." })
  @prop({ type: () => ModelSnapshot, required: true })
  declare readonly model: ModelSnapshot;

  @Field(() => String, {
    nullable: true,
    description: "The alias by which the version was asked for; null if it was asked for by its name.",
  })
  @prop({ type: () => String })
  readonly alias?: string | null;

  @prop({ type: () => Pin })
  declare readonly pretrained?: Pin | null;
}

export const MODEL_VERSION_DEFINITION = definitionOf<ModelVersion, ModelVersionSnapshot>({
  name: VALUE,
  alias: SUPPLIED,
  train: SNAPSHOT,
  ds: SNAPSHOT,
  details: VALUE,
  ...FILE_PARTS,
  model: parent("model", MODEL_DEFINITION),
  pretrained: PIN,
});
