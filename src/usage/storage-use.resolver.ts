import { Ctx, Query, Resolver } from "type-graphql";
import type { RequestContext } from "../request-context.js";
import { readStorageUse } from "./read-storage-use.js";
import { StorageUse } from "./storage-use.js";

@Resolver()
export class StorageUseResolver {
  @Query(() => StorageUse, {
    description: "What the installation keeps, in bytes. It looks at every file: ask for it now and then.",
  })
  storage(@Ctx() { app }: RequestContext) {
    return readStorageUse(app);
  }
}
