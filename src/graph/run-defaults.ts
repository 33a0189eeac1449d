import { prop } from "@typegoose/typegoose";
import { Field, InputType, ObjectType } from "type-graphql";
import { EnvVariable, EnvVariableInput } from "./env-variable.js";
import { ResourceSet, ResourcesInput } from "./resource-profile.js";

@ObjectType({ description: "The defaults of a project's containers, for what a request does not say." })
export class RunDefaults {
  @Field(() => ResourceSet, { nullable: true, description: "The resources of a container." })
  @prop({ type: () => ResourceSet, _id: false })
  readonly resources?: ResourceSet | null;

  @Field(() => [EnvVariable], {
    nullable: true,
    description: "The variables of the environment. Null if there are none.",
  })
  @prop({ type: () => [EnvVariable], _id: false, default: undefined })
  readonly env?: EnvVariable[] | null;
}

@InputType({ description: "The defaults of a project's containers, for what a request does not say." })
export class RunDefaultsInput {
  @Field(() => ResourcesInput, { nullable: true, description: "The resources of a container." })
  readonly resources?: ResourcesInput | null;

  @Field(() => [EnvVariableInput], {
    nullable: true,
    description: "The variables of the environment, 100 at most.",
  })
  readonly env?: EnvVariableInput[] | null;
}
