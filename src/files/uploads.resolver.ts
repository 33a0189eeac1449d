import { Ctx, Field, ID, InputType, Mutation, Resolver } from "type-graphql";
import { notFound } from "../errors.js";
import { Input, MutationInput } from "../graph/mutation-input.js";
import { Upload } from "../graph/stored-file.js";
import type { RequestContext } from "../request-context.js";
import { fileRecord } from "./file-record.js";
import { uploadsOf } from "./uploads-of.js";

@InputType({ description: "Whose uploads to renew." })
class RenewUploadsInput extends MutationInput {
  @Field(() => ID, { description: "The id of a dataset or a model version." })
  readonly id!: string;
}

@Resolver()
export class UploadsResolver {
  @Mutation(() => [Upload], { description: "Fresh addresses for the files that are still missing." })
  async renewUploads(@Input(() => RenewUploadsInput) { id }: RenewUploadsInput, @Ctx() { app }: RequestContext) {
    const record = await fileRecord(app.store, id);
    if (!record) throw notFound("dataset or model version", ["input", "id"]);
    return uploadsOf(app.vault, record);
  }
}
