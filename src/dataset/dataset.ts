import { index, modelOptions, prop } from "@typegoose/typegoose";
import { Directive, Field, InterfaceType, ObjectType } from "type-graphql";
import { definitionOf, parent, VALUE } from "../graph/definition.js";
import { JsonObjectScalar } from "../graph/scalars.js";
import { SnapshotInfo, snapshotOf } from "../graph/snapshot.js";
import { FileHolder, Manifest } from "../graph/manifest.js";
import { Archive, FILE_PARTS, FilesState, ManifestSummary, StoredFile } from "../graph/stored-file.js";
import { Node, RecordInfo, storedRecord, typeOfRecord } from "../graph/stored-record.js";
import { MODEL_DEFINITION, ModelInfo, ModelSnapshot } from "../model/model.js";

@InterfaceType({
  description: "The defining fields of a dataset, shared by the dataset and its snapshots.",
  resolveType: (value: object) => ("taken_at" in value ? "DatasetSnapshot" : typeOfRecord(value as Dataset)),
})
export abstract class DatasetInfo {
  @Field(() => String, { description: "The name of the dataset; it never changes." })
  @prop({ type: () => String, required: true })
  readonly name!: string;

  @Field(() => Boolean, {
    description: "True if the files are kept by Rocas. Without them a dataset cannot be mounted.",
  })
  @prop({ type: () => Boolean, required: true })
  readonly stored!: boolean;

  @Field(() => JsonObjectScalar, { description: "Arbitrary details." })
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
    description: "All files of the dataset. Use `manifest` to read very many in pages.",
  })
  @prop({ type: () => [StoredFile], required: true, _id: false })
  readonly files!: readonly StoredFile[];

  @Field(() => Manifest, {
    description: "The files of the dataset in pages, with their number, their size and a checksum of all.",
  })
  @prop({ type: () => ManifestSummary, _id: false })
  readonly manifest?: ManifestSummary | null;

  /** The id of the list of its files, if they are very many. */
  @prop({ type: () => String })
  readonly file_list?: string | null;

  @Field(() => ModelInfo, { description: "The model to which the dataset belongs." })
  readonly model!: unknown;
}

@Directive('@key(fields: "id")')
@Directive('@key(fields: "model { name } name")')
@ObjectType({
  implements: [Node, RecordInfo, DatasetInfo, FileHolder],
  description: "Data that a model is trained on.",
})
@modelOptions({ schemaOptions: { collection: "datasets" } })
@index({ model: 1, superseded: 1, _id: -1 })
@index({ superseded: 1, name: 1, _id: 1 })
@index({ "files.sha256": 1 })
@index({ "archive.sha256": 1 })
@index({ state: 1, modified_at: 1 })
export class Dataset extends storedRecord(DatasetInfo) {
  /** The id of the model. */
  @prop({ type: () => String, required: true })
  declare readonly model: string;

  @Field(() => FilesState, { description: "READY if all files of the record are there, else PENDING." })
  @prop({ type: () => String, enum: FilesState, required: true })
  readonly state!: FilesState;

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

@ObjectType({ implements: [SnapshotInfo, DatasetInfo], description: "A dataset as it was at one moment." })
export class DatasetSnapshot extends snapshotOf(DatasetInfo) {
  @Field(() => ModelSnapshot, { description: "The model as it was at that moment." })
  @prop({ type: () => ModelSnapshot, required: true })
  declare readonly model: ModelSnapshot;
}

export const DATASET_DEFINITION = definitionOf<Dataset, DatasetSnapshot>({
  name: VALUE,
  stored: VALUE,
  details: VALUE,
  ...FILE_PARTS,
  model: parent("model", MODEL_DEFINITION),
});
