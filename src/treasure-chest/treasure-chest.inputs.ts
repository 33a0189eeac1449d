import { Field, InputType } from "type-graphql";
import { DeletionInput, MutationInput } from "../graph/mutation-input.js";
import { JsonObjectScalar, NameScalar, SecretScalar, ShortTextScalar } from "../graph/scalars.js";

@InputType({ description: "What can be said of a treasure chest at any time." })
abstract class TreasureChestFields extends MutationInput {
  @Field(() => ShortTextScalar, {
    nullable: true,
    description: "The user to whom it belongs; the caller if it is left out at first.",
  })
  readonly owner?: string | null;

  @Field(() => ShortTextScalar, { nullable: true, description: "Free text; never the secret." })
  readonly desc?: string | null;

  @Field(() => JsonObjectScalar, { nullable: true, description: "Arbitrary details; never the secret." })
  readonly details?: Record<string, unknown> | null;
}

@InputType({ description: "A new pair of credentials." })
export class CreateTreasureChestInput extends TreasureChestFields {
  @Field(() => NameScalar, { nullable: true, description: "The name; one is made up if it is left out." })
  readonly name?: string | null;

  @Field(() => SecretScalar, { description: "The user name. It is sealed, and never given back." })
  readonly username!: string;

  @Field(() => SecretScalar, { description: "The password or token. It is sealed, and never given back." })
  readonly password!: string;
}

@InputType({
  description:
    "Changes of a treasure chest. A field left out stays as it is; null empties it, and is refused for the owner, the user name and the password. The user name and the password change together.",
})
export class UpdateTreasureChestInput extends TreasureChestFields {
  @Field(() => String, { description: "The name of the chest." })
  readonly name!: string;

  @Field(() => SecretScalar, { nullable: true, description: "The new user name, with the new password." })
  readonly username?: string | null;

  @Field(() => SecretScalar, { nullable: true, description: "The new password or token, with the new user name." })
  readonly password?: string | null;
}

@InputType({ description: "The treasure chest to delete." })
export class DeleteTreasureChestInput extends DeletionInput {
  @Field(() => String, { description: "The name of the chest." })
  readonly name!: string;
}
