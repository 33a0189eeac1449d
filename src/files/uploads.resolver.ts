import { Ctx, Field, ID, InputType, Mutation, Resolver } from "type-graphql";
import { Input, intentOf, MutationInput } from "../graph/mutation-input.js";
import { FileUpload } from "../graph/stored-file.js";
import type { RequestContext } from "../request-context.js";
import { renewUploads } from "./renew-uploads.js";

@InputType({ description: "Whose uploads to renew." })
class RenewUploadsInput extends MutationInput {
  @Field(() => ID, { description: "The id of a dataset or a model version." })
  readonly id!: string;
}

@Resolver()
export class UploadsResolver {
  @Mutation(() => [FileUpload], { description: "Fresh addresses for the files that are still missing." })
  renewUploads(@Input(() => RenewUploadsInput) input: RenewUploadsInput, @Ctx() { app, caller }: RequestContext) {
    return renewUploads(app, intentOf(caller, "renewUploads", input), input.id);
  }
}
