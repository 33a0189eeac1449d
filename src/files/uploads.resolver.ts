import { Ctx, Mutation, Resolver } from "type-graphql";
import { Input, intentOf } from "../graph/mutation-input.js";
import { FileUpload } from "../graph/stored-file.js";
import type { RequestContext } from "../request-context.js";
import { AddFilesInput } from "./add-files.inputs.js";
import { addFiles } from "./add-files.js";
import { FileHolder } from "../graph/file-holder.js";
import { renewUploads } from "./renew-uploads.js";
import { RenewUploadsInput } from "./uploads.inputs.js";

@Resolver()
export class UploadsResolver {
  @Mutation(() => [FileUpload], {
    description: "Fresh addresses for the files that are still missing, for the first 250 of very many.",
  })
  renewUploads(@Input(() => RenewUploadsInput) input: RenewUploadsInput, @Ctx() { app, caller }: RequestContext) {
    return renewUploads(app, intentOf(caller, "renewUploads", input), input);
  }

  @Mutation(() => FileHolder, {
    description:
      "Adds files to the manifest of a dataset or a model version that was made with `moreFiles`. With `complete` its files can be sent: see `uploads`.",
  })
  addFiles(@Input(() => AddFilesInput) input: AddFilesInput, @Ctx() { app, caller }: RequestContext) {
    return addFiles(app, intentOf(caller, "addFiles", input), input);
  }
}
