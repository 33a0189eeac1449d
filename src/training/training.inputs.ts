import { ArgsType, Field, InputType, Int } from "type-graphql";
import { DatasetKeyInput } from "../dataset/dataset.inputs.js";
import { EnvVariableInput } from "../graph/env-variable.js";
import { DeletionInput, MutationInput } from "../graph/mutation-input.js";
import { ResourcesInput } from "../graph/resource-profile.js";
import { JsonObjectScalar, NameScalar, NotebookPathScalar, TagScalar } from "../graph/scalars.js";
import { ModelVersionKeyInput } from "../model-version/model-version.inputs.js";

@InputType({ description: "The notebook to run, its image and the data that it takes." })
export class StartTrainingInput extends MutationInput {
  @Field(() => String, { description: "The name of the project." })
  readonly proj!: string;

  @Field(() => NameScalar, { nullable: true, description: "The name; one is made up if it is left out." })
  readonly name?: string | null;

  @Field(() => TagScalar, { defaultValue: "latest", description: "The tag of the build version to run in." })
  readonly tag!: string;

  @Field(() => NotebookPathScalar, { description: "Path inside the project of the notebook." })
  readonly notebook!: string;

  @Field(() => JsonObjectScalar, {
    nullable: true,
    description: "The parameters of the notebook: they replace those of its cell tagged `parameters`.",
  })
  readonly params?: Record<string, unknown> | null;

  @Field(() => ResourcesInput, { nullable: true, description: "The resources of its container." })
  readonly resources?: ResourcesInput | null;

  @Field(() => [EnvVariableInput], {
    nullable: true,
    description: "The variables of its environment, 100 at most, beside those of the project that they do not name.",
  })
  readonly env?: EnvVariableInput[] | null;

  @Field(() => Int, {
    nullable: true,
    description:
      "The seconds that it may run, from its first start on; then it ends as FAILED. If it is left out: the operator's default.",
  })
  readonly timeoutSeconds?: number | null;

  @Field(() => [DatasetKeyInput], { nullable: true, description: "The datasets to mount, 20 at most." })
  readonly datasets?: DatasetKeyInput[] | null;

  @Field(() => [ModelVersionKeyInput], { nullable: true, description: "The model versions to start from, 20 at most." })
  readonly pretrained?: ModelVersionKeyInput[] | null;

  @Field(() => String, {
    nullable: true,
    description:
      "The name of a deployment of the project. If the training succeeds, what it published is deployed there as a new revision: each version takes the place of that of its model. `rollout` tells the result.",
  })
  readonly targetDeployment?: string | null;

  @Field(() => JsonObjectScalar, { nullable: true, description: "Arbitrary details." })
  readonly details?: Record<string, unknown> | null;
}

@ArgsType()
export class TrainingKey {
  @Field(() => String, { description: "The name of the project." })
  readonly proj!: string;

  @Field(() => String, { description: "The name of the training." })
  readonly name!: string;
}

@InputType({ description: "The training to cancel." })
export class CancelTrainingInput extends MutationInput {
  @Field(() => String, { description: "The name of the project." })
  readonly proj!: string;

  @Field(() => String, { description: "The name of the training." })
  readonly name!: string;
}

@InputType({ description: "Changes of a training. A field left out stays as it is." })
export class UpdateTrainingInput extends MutationInput {
  @Field(() => String, { description: "The name of the project." })
  readonly proj!: string;

  @Field(() => String, { description: "The name of the training." })
  readonly name!: string;

  @Field(() => JsonObjectScalar, { nullable: true, description: "Arbitrary details; null empties them." })
  readonly details?: Record<string, unknown> | null;
}

@InputType({ description: "The training to delete." })
export class DeleteTrainingInput extends DeletionInput {
  @Field(() => String, { description: "The name of the project." })
  readonly proj!: string;

  @Field(() => String, { description: "The name of the training." })
  readonly name!: string;
}
