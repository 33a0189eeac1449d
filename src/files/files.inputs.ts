import { Field, ID, InputType } from "type-graphql";
import { MutationInput } from "../graph/mutation-input.js";
import { JsonObjectScalar } from "../graph/scalars.js";
import { ManifestFileInput } from "./manifest.js";

@InputType({ description: "What every new record with files takes." })
export abstract class KeptFilesInput extends MutationInput {
  @Field(() => JsonObjectScalar, { nullable: true, description: "Arbitrary details, metrics for example." })
  readonly details?: Record<string, unknown> | null;

  @Field(() => Boolean, { defaultValue: false, description: "True if all files are kept as one tar.gz." })
  readonly compressed!: boolean;

  @Field(() => Boolean, {
    defaultValue: false,
    description: "True if the files are kept in the database itself: at most 16 MiB each, 64 MiB together.",
  })
  readonly lightweight!: boolean;

  @Field(() => [ManifestFileInput], {
    nullable: true,
    description: "Every file of the record, 250 at most; with `moreFiles`, the first of them.",
  })
  readonly files?: ManifestFileInput[] | null;

  @Field(() => Boolean, {
    defaultValue: false,
    description:
      "True if `addFiles` will add more files: up to 10,000 in all. Until it says that they are complete, the record takes no bytes.",
  })
  readonly moreFiles!: boolean;
}

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

@InputType({ description: "A file that was sent to the `direct` address of its upload." })
export class ConfirmUploadInput extends MutationInput {
  @Field(() => ID, { description: "The id of the dataset or the model version." })
  readonly id!: string;

  @Field(() => String, { description: "The name of the file in the manifest." })
  readonly name!: string;
}

@InputType({ description: "The record whose uploads are to be renewed." })
export class RenewUploadsInput extends MutationInput {
  @Field(() => ID, { description: "The id of a dataset or a model version." })
  readonly id!: string;

  @Field(() => String, { nullable: true, description: "Only files whose names come after this one, in their bytes." })
  readonly after?: string | null;
}
