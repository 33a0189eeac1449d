import { ArgsType, Field, InputType, Int } from "type-graphql";
import { EnvVariableInput } from "../graph/env-variable.js";
import { DeletionInput, MutationInput } from "../graph/mutation-input.js";
import { ResourcesInput } from "../graph/resource-profile.js";
import { JsonObjectScalar, NameScalar, NotebookPathScalar, TagScalar } from "../graph/scalars.js";
import { ModelVersionKeyInput } from "../model-version/model-version.inputs.js";

export const MAX_REPLICAS = 20;

@InputType({
  description:
    "The desired state of a deployment. If there is one of that name, a field left out keeps its present value. Null empties `movers`, `params` and `details`, brings the defaults of `resources` and `env` back, and is refused for fields that are never empty.",
})
export class DeployInput extends MutationInput {
  @Field(() => String, { description: "The name of the project." })
  readonly proj!: string;

  @Field(() => NameScalar, {
    nullable: true,
    description: "The name; a new deployment with a made-up name if it is left out.",
  })
  readonly name?: string | null;

  @Field(() => TagScalar, {
    nullable: true,
    description:
      "The tag of the build version to run. It is resolved when it is given, never again by a change of something else. A new deployment needs it.",
  })
  readonly tag?: string | null;

  @Field(() => NotebookPathScalar, {
    nullable: true,
    description: "Path inside the project of the prediction notebook. A new deployment needs it.",
  })
  readonly notebook?: string | null;

  @Field(() => [ModelVersionKeyInput], {
    nullable: true,
    description:
      "The versions to serve, 20 at most; empty, or null, for lazy serving, where the replicas fetch versions of the project's models on demand.",
  })
  readonly movers?: ModelVersionKeyInput[] | null;

  @Field(() => Int, {
    nullable: true,
    description: "The number of containers, 0 to 20; 1 if a new deployment leaves it out.",
  })
  readonly replicas?: number | null;

  @Field(() => JsonObjectScalar, {
    nullable: true,
    description:
      "The parameters of the notebook: they replace those of its cell tagged `parameters`. Others make the next revision. Null empties them.",
  })
  readonly params?: Record<string, unknown> | null;

  @Field(() => [EnvVariableInput], {
    nullable: true,
    description:
      "The variables of each container's environment, all of them, 100 at most, beside those of the project that they do not name. Others make the next revision. Null: those of the project.",
  })
  readonly env?: EnvVariableInput[] | null;

  @Field(() => ResourcesInput, {
    nullable: true,
    description:
      "The resources of each container, all of them: what it does not say comes from the defaults. Other resources make the next revision. Null: the defaults.",
  })
  readonly resources?: ResourcesInput | null;

  @Field(() => JsonObjectScalar, {
    nullable: true,
    description: "Arbitrary details; null empties them. They alone make no revision and restart nothing.",
  })
  readonly details?: Record<string, unknown> | null;
}

@InputType({ description: "The deployment to stop: its replicas end." })
export class UndeployInput extends MutationInput {
  @Field(() => String, { description: "The name of the project." })
  readonly proj!: string;

  @Field(() => String, { description: "The name of the deployment." })
  readonly name!: string;
}

@InputType({ description: "The deployment to delete." })
export class DeleteDeploymentInput extends DeletionInput {
  @Field(() => String, { description: "The name of the project." })
  readonly proj!: string;

  @Field(() => String, { description: "The name of the deployment." })
  readonly name!: string;
}

@ArgsType()
export class DeploymentKey {
  @Field(() => String, { description: "The name of the project." })
  readonly proj!: string;

  @Field(() => String, { description: "The name of the deployment." })
  readonly name!: string;
}
