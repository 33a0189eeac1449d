import { Field, InputType } from "type-graphql";
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
