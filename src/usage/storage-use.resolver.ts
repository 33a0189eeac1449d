import { Ctx, Query, Resolver } from "type-graphql";
import type { RequestContext } from "../request-context.js";
import { readStorageUse, StorageUse } from "./storage-use.js";

@Resolver()
export class StorageUseResolver {
  @Query(() => StorageUse, {
    description: "The disk use of the installation, in bytes. It looks at every file: ask for it seldom.",
  })
  storage(@Ctx() { app }: RequestContext) {
    return readStorageUse(app);
  }
}
