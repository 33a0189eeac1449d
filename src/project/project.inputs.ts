import { Field, InputType } from "type-graphql";
import { DeletionInput, MutationInput } from "../graph/mutation-input.js";
import { RetentionPolicyInput } from "../graph/retention-policy.js";
import { RunDefaultsInput } from "../graph/run-defaults.js";
import { GitUrlScalar, ImageRefScalar, NameScalar, ShortTextScalar } from "../graph/scalars.js";

@InputType({ description: "What can be said of a project at any time." })
abstract class ProjectFields extends MutationInput {
  @Field(() => ShortTextScalar, { nullable: true, description: "Free text." })
  readonly desc?: string | null;

  @Field(() => ShortTextScalar, {
    nullable: true,
    description:
      "The folder from which LOCAL builds are made, inside one of the operator's project roots, or relative to one.",
  })
  readonly homeDir?: string | null;

  @Field(() => GitUrlScalar, { nullable: true, description: "The repository from which GIT builds are made." })
  readonly gitRepo?: string | null;

  @Field(() => ImageRefScalar, {
    nullable: true,
    description: "The image repository from which PRE_BUILT versions come.",
  })
  readonly dockerRepo?: string | null;

  @Field(() => [String], { nullable: true, description: "The names of the models that the project uses, 50 at most." })
  readonly models?: string[] | null;

  @Field(() => RetentionPolicyInput, {
    nullable: true,
    description:
      "The rules that decide which superseded build versions of the project are kept, with their images; null: all are kept.",
  })
  readonly retention?: RetentionPolicyInput | null;

  @Field(() => RunDefaultsInput, {
    nullable: true,
    description: "The defaults of its trainings, for what a request does not say; null: the operator's defaults.",
  })
  readonly trainingDefaults?: RunDefaultsInput | null;

  @Field(() => RunDefaultsInput, {
    nullable: true,
    description: "The defaults of its new deployments, for what a request does not say; null: the operator's defaults.",
  })
  readonly deploymentDefaults?: RunDefaultsInput | null;
}

@InputType({ description: "A new project." })
export class CreateProjectInput extends ProjectFields {
  @Field(() => NameScalar, { nullable: true, description: "The name; one is made up if it is left out." })
  readonly name?: string | null;
}

@InputType({ description: "Changes of a project. A field left out stays as it is; null empties it." })
export class UpdateProjectInput extends ProjectFields {
  @Field(() => String, { description: "The name of the project." })
  readonly name!: string;
}

@InputType({ description: "The project to delete." })
export class DeleteProjectInput extends DeletionInput {
  @Field(() => String, { description: "The name of the project." })
  readonly name!: string;
}
