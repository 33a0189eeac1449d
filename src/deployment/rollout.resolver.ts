import { Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import { Reads } from "../graph/reads.js";
import { Rollout } from "../graph/rollout.js";
import type { RequestContext } from "../request-context.js";
import { Deployment } from "./deployment.js";

@Resolver(() => Rollout)
export class RolloutResolver {
  @FieldResolver(() => Deployment, { nullable: true, description: "The deployment; null once it is deleted." })
  @Reads(["deployment"])
  deployment(@Root() { deployment }: Rollout, @Ctx() { loaders }: RequestContext) {
    return loaders.deployment.load(deployment);
  }
}
