import { Field, ID, InputType } from "type-graphql";
import { DeletionInput, MutationInput } from "../graph/mutation-input.js";
import {
  ArgNameScalar,
  FileNameScalar,
  GitRefScalar,
  ShortTextScalar,
  StageScalar,
  TagScalar,
} from "../graph/scalars.js";
import { BuiltFrom } from "./build-version.js";

@InputType({ description: "The value of an argument of a Dockerfile (ARG)." })
export class BuildArgumentInput {
  @Field(() => ArgNameScalar, { description: "The name of the argument." })
  readonly name!: string;

  @Field(() => ShortTextScalar, { description: "Its value. It stays readable in the image: give no secret here." })
  readonly value!: string;
}

@InputType({ description: "A request to build a project." })
export class BuildProjectInput extends MutationInput {
  @Field(() => String, { description: "The name of the project." })
  readonly proj!: string;

  @Field(() => TagScalar, {
    defaultValue: "latest",
    description: "The Docker tag; a build version that has it already is superseded.",
  })
  readonly tag!: string;

  @Field(() => BuiltFrom, {
    defaultValue: BuiltFrom.LOCAL,
    description: "From the project's `homeDir`, its `gitRepo` or its `dockerRepo`.",
  })
  readonly from!: BuiltFrom;

  @Field(() => GitRefScalar, {
    nullable: true,
    description: "GIT only: the branch, tag or commit; the default branch if it is left out.",
  })
  readonly ref?: string | null;

  @Field(() => Boolean, {
    defaultValue: false,
    description: "True if every step is done anew, without the build cache.",
  })
  readonly noCache!: boolean;

  @Field(() => FileNameScalar, {
    nullable: true,
    description: "LOCAL and GIT only: the path of the Dockerfile inside the project; `Dockerfile` if it is left out.",
  })
  readonly dockerfile?: string | null;

  @Field(() => StageScalar, {
    nullable: true,
    description:
      "LOCAL and GIT only: the stage of the Dockerfile that becomes the image; the last one if it is left out.",
  })
  readonly target?: string | null;

  @Field(() => [BuildArgumentInput], {
    nullable: true,
    description: "LOCAL and GIT only: values of arguments of the Dockerfile, each name once, 100 at most.",
  })
  readonly args?: readonly BuildArgumentInput[] | null;

  @Field(() => String, {
    nullable: true,
    description:
      "The name of the treasure chest with the credentials of the git host (GIT) or of the registry that the image is pulled from (PRE_BUILT); for LOCAL the same as `registryChest`.",
  })
  readonly chest?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The name of the treasure chest with the credentials of the registry that the image is pushed to.",
  })
  readonly registryChest?: string | null;
}

@InputType({ description: "The build to cancel." })
export class CancelBuildInput extends MutationInput {
  @Field(() => ID, { description: "The id of the build." })
  readonly id!: string;
}

@InputType({ description: "The build to delete. The build version that it made stays." })
export class DeleteBuildInput extends DeletionInput {
  @Field(() => ID, { description: "The id of the build." })
  readonly id!: string;
}
