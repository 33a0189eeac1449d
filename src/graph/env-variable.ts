import { prop } from "@typegoose/typegoose";
import { Field, InputType, ObjectType, registerEnumType } from "type-graphql";
import { VariableNameScalar, VariableValueScalar } from "./scalars.js";

export enum ChestKey {
  USERNAME = "USERNAME",
  PASSWORD = "PASSWORD",
}
registerEnumType(ChestKey, {
  name: "ChestKey",
  description: "A part of the secret of a treasure chest.",
  valuesConfig: {
    USERNAME: { description: "The user name." },
    PASSWORD: { description: "The password." },
  },
});

@ObjectType({ description: "A variable of a container's environment." })
export class EnvVariable {
  @Field(() => String, { description: "The name of the variable." })
  @prop({ type: () => String, required: true })
  readonly name!: string;

  @Field(() => String, { nullable: true, description: "The value. Null if it comes from a treasure chest." })
  @prop({ type: () => String })
  readonly value?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The name of the treasure chest from which the value comes. No answer holds that value.",
  })
  @prop({ type: () => String })
  readonly chest?: string | null;

  @Field(() => ChestKey, { nullable: true, description: "The part of the chest's secret that is the value." })
  @prop({ type: () => String, enum: ChestKey })
  readonly key?: ChestKey | null;

  /** The id of the chest, and the number of its secret when the work was asked for. */
  @prop({ type: () => String })
  readonly chest_id?: string | null;
  @prop({ type: () => Number })
  readonly chest_version?: number | null;
}

@InputType({
  description: "A variable of a container's environment: with a `value`, or with one from a treasure chest.",
})
export class EnvVariableInput {
  @Field(() => VariableNameScalar, { description: "The name of the variable." })
  readonly name!: string;

  @Field(() => VariableValueScalar, {
    nullable: true,
    description: "The value. It can be read by all who can read the record: a secret belongs into a treasure chest.",
  })
  readonly value?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The name of a treasure chest, whose secret is the value. It is never shown or logged.",
  })
  readonly chest?: string | null;

  @Field(() => ChestKey, {
    nullable: true,
    description: "The part of the chest's secret that is the value; PASSWORD if it is left out.",
  })
  readonly key?: ChestKey | null;
}
