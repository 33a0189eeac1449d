import { index, modelOptions, prop } from "@typegoose/typegoose";
import { GraphQLDateTime } from "graphql-scalars";
import { Directive, Field, InterfaceType, ObjectType, registerEnumType } from "type-graphql";
import { choiceOf, definitionOf, parent, VALUE } from "../graph/definition.js";
import { SnapshotInfo, snapshotOf } from "../graph/snapshot.js";
import { Node, RecordInfo, storedRecord, typeOfRecord } from "../graph/stored-record.js";
import { PROJECT_DEFINITION, ProjectInfo, ProjectSnapshot } from "../project/project.js";

// Clients see the keys, the store has the specification's values.
export enum BuiltFrom {
  LOCAL = "local",
  GIT = "git",
  PRE_BUILT = "pre-built",
}
registerEnumType(BuiltFrom, {
  name: "BuiltFrom",
  description: "The source of the content of an image.",
  valuesConfig: {
    LOCAL: { description: "The project's `homeDir`." },
    GIT: { description: "The project's `gitRepo`." },
    PRE_BUILT: { description: "The project's `dockerRepo`: the image was made elsewhere." },
  },
});

@ObjectType({ description: "The value of an argument of a Dockerfile (ARG)." })
@modelOptions({ schemaOptions: { _id: false } })
export class BuildArgument {
  @Field(() => String, { description: "The name of the argument." })
  @prop({ type: () => String, required: true })
  readonly name!: string;

  @Field(() => String, { description: "Its value." })
  @prop({ type: () => String })
  readonly value!: string;
}

@InterfaceType({
  description: "The defining fields of a build version, shared by the build version and its snapshots.",
  resolveType: (value: object) => ("taken_at" in value ? "BuildVersionSnapshot" : typeOfRecord(value as BuildVersion)),
})
export abstract class BuildVersionInfo {
  @Field(() => String, { description: "The Docker tag." })
  @prop({ type: () => String, required: true })
  readonly tag!: string;

  @Field(() => String, { name: "dockerId", nullable: true, description: "The id of the image, `sha256:...`." })
  @prop({ type: () => String })
  readonly docker_id?: string | null;

  @Field(() => String, {
    name: "gitVersion",
    nullable: true,
    description:
      "The commit that the image was built from: 40 hex digits, 64 in a repository of SHA-256; null if there was no git.",
  })
  @prop({ type: () => String })
  readonly git_version?: string | null;

  @Field(() => Boolean, {
    name: "gitDirty",
    nullable: true,
    description: "True if the folder differed from that commit when it was built; null if there was no git.",
  })
  @prop({ type: () => Boolean })
  readonly git_dirty?: boolean | null;

  @Field(() => GraphQLDateTime, {
    name: "builtAt",
    nullable: true,
    description: "The time at which the image was built.",
  })
  @prop({ type: () => Date })
  readonly built_at?: Date | null;

  @Field(() => BuiltFrom, {
    name: "builtFrom",
    nullable: true,
    description: "The source of the content of the image.",
  })
  @prop({ type: () => String, enum: BuiltFrom })
  readonly built_from?: BuiltFrom | null;

  @Field(() => ProjectInfo, { description: "The project which was built." })
  readonly proj!: unknown;
}

@Directive('@key(fields: "id")')
@Directive('@key(fields: "proj { name } tag")')
@ObjectType({
  implements: [Node, RecordInfo, BuildVersionInfo],
  description: "The Docker image that was made when a project was built.",
})
@modelOptions({ schemaOptions: { collection: "build_versions" } })
@index({ proj: 1, superseded: 1, _id: -1 })
@index({ git_version: 1, superseded: 1, _id: -1 })
@index({ docker_id: 1, superseded: 1, _id: -1 })
@index({ superseded: 1, tag: 1, _id: 1 })
export class BuildVersion extends storedRecord(BuildVersionInfo) {
  /** The id of the project. */
  @prop({ type: () => String, required: true })
  declare readonly proj: string;

  @Field(() => String, {
    nullable: true,
    description: "The registry's manifest digest; null until the image is pushed.",
  })
  @prop({ type: () => String })
  readonly digest?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The path of the Dockerfile inside the project; null for `Dockerfile` in its top folder.",
  })
  @prop({ type: () => String })
  readonly dockerfile?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The stage of the Dockerfile that became the image; null for the last one.",
  })
  @prop({ type: () => String })
  readonly target?: string | null;

  @prop({ type: () => [BuildArgument] })
  readonly build_args?: readonly BuildArgument[];

  /** The id of the build that made it. */
  @prop({ type: () => String })
  readonly build?: string | null;
}

@ObjectType({ implements: [SnapshotInfo, BuildVersionInfo], description: "A build version as it was at one moment." })
export class BuildVersionSnapshot extends snapshotOf(BuildVersionInfo) {
  @Field(() => ProjectSnapshot, { description: "The project as it was at that moment." })
  @prop({ type: () => ProjectSnapshot, required: true })
  declare readonly proj: ProjectSnapshot;
}

export const BUILD_VERSION_DEFINITION = definitionOf<BuildVersion, BuildVersionSnapshot>({
  tag: VALUE,
  docker_id: VALUE,
  git_version: VALUE,
  git_dirty: VALUE,
  built_at: VALUE,
  built_from: choiceOf(BuiltFrom),
  proj: parent("project", PROJECT_DEFINITION),
});
