import { Ctx, Query, Resolver } from "type-graphql";
import type { RequestContext } from "../request-context.js";
import { resourceOptions, ResourceOptions } from "./resource-options.js";

@Resolver()
export class ResourceOptionsResolver {
  @Query(() => ResourceOptions, {
    description: "The resources that trainings and deployments can ask for: profiles, caps and defaults.",
  })
  resourceOptions(@Ctx() { app }: RequestContext) {
    return resourceOptions(app.settings);
  }
}
