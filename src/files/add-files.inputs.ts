import { Field, ID, InputType } from "type-graphql";
import { MutationInput } from "../graph/mutation-input.js";
import { ManifestFileInput } from "./manifest.js";

@InputType({ description: "Files that join the manifest of a record that was made with `moreFiles`." })
export class AddFilesInput extends MutationInput {
  @Field(() => ID, { description: "The id of the dataset or the model version." })
  readonly id!: string;

  @Field(() => [ManifestFileInput], {
    description:
      "The files, 250 at most in one request and 10,000 in all, each with `size` and `sha256`. One that is there already, in the same words, is there once.",
  })
  readonly files!: ManifestFileInput[];

  @Field(() => Boolean, {
    defaultValue: false,
    description:
      "True if these files are the last ones. The model's file contract is checked then, and the record takes bytes from then on. If the contract refuses the manifest, these files are not added.",
  })
  readonly complete!: boolean;
}
