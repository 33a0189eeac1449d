import { index, modelOptions, prop } from "@typegoose/typegoose";
import { Directive, Field, InterfaceType, ObjectType } from "type-graphql";
import { definitionOf, VALUE } from "../graph/definition.js";
import { RetentionPolicy } from "../graph/retention-policy.js";
import { RunDefaults } from "../graph/run-defaults.js";
import { SnapshotInfo, snapshotOf } from "../graph/snapshot.js";
import { Node, RecordInfo, storedRecord, typeOfRecord } from "../graph/stored-record.js";

@InterfaceType({
  description: "The defining fields of a project, shared by the project and its snapshots.",
  resolveType: (value: object) => ("taken_at" in value ? "ProjectSnapshot" : typeOfRecord(value as Project)),
})
export abstract class ProjectInfo {
  @Field(() => String, { description: "The name of the project; it never changes." })
  @prop({ type: () => String, required: true })
  readonly name!: string;

  @Field(() => String, { nullable: true, description: "Free text." })
  @prop({ type: () => String })
  readonly desc?: string | null;

  @Field(() => String, {
    name: "homeDir",
    nullable: true,
    description: "The folder from which LOCAL builds are made; it lies inside one of the operator's project roots.",
  })
  @prop({ type: () => String })
  readonly home_dir?: string | null;

  @Field(() => String, {
    name: "gitRepo",
    nullable: true,
    description: "The repository from which GIT builds are made.",
  })
  @prop({ type: () => String })
  readonly git_repo?: string | null;

  @Field(() => String, {
    name: "dockerRepo",
    nullable: true,
    description: "The image repository from which PRE_BUILT versions come.",
  })
  @prop({ type: () => String })
  readonly docker_repo?: string | null;
}

@Directive('@key(fields: "id")')
@Directive('@key(fields: "name")')
@ObjectType({
  implements: [Node, RecordInfo, ProjectInfo],
  description: "A project that Rocas builds, trains and deploys.",
})
@modelOptions({ schemaOptions: { collection: "projects" } })
@index({ superseded: 1, name: 1, _id: 1 })
@index({ model: 1, superseded: 1, _id: -1 })
export class Project extends storedRecord(ProjectInfo) {
  @Field(() => RetentionPolicy, {
    nullable: true,
    description:
      "The rules that decide which superseded build versions of the project are kept, with their images. The same rules decide, tag by tag, which ended builds are kept that failed or whose build version is gone. Null: all are kept.",
  })
  @prop({ type: () => RetentionPolicy, _id: false })
  readonly retention?: RetentionPolicy | null;

  @Field(() => RunDefaults, {
    name: "trainingDefaults",
    nullable: true,
    description: "The defaults of its trainings, for what a request does not say. Null: the operator's defaults.",
  })
  @prop({ type: () => RunDefaults, _id: false })
  readonly training_defaults?: RunDefaults | null;

  @Field(() => RunDefaults, {
    name: "deploymentDefaults",
    nullable: true,
    description: "The defaults of its new deployments, for what a request does not say. Null: the operator's defaults.",
  })
  @prop({ type: () => RunDefaults, _id: false })
  readonly deployment_defaults?: RunDefaults | null;

  /** The ids of the models that it uses. */
  @prop({ type: () => [String], required: true })
  readonly model!: string[];
}

@ObjectType({ implements: [SnapshotInfo, ProjectInfo], description: "A project as it was at one moment." })
export class ProjectSnapshot extends snapshotOf(ProjectInfo) {}

export const PROJECT_DEFINITION = definitionOf<Project, ProjectSnapshot>({
  name: VALUE,
  desc: VALUE,
  home_dir: VALUE,
  git_repo: VALUE,
  docker_repo: VALUE,
});
