import { Args, Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import { LogArgs, LogPage } from "../jobs/log-page.js";
import { readLog } from "../jobs/logs.js";
import type { RequestContext } from "../request-context.js";
import { Deployment } from "./deployment.js";
import { DeploymentRevision } from "./deployment-revision.js";

@Resolver(() => DeploymentRevision)
export class DeploymentRevisionResolver {
  @FieldResolver(() => Deployment, { description: "The deployment that it belongs to." })
  deployment(@Root() { deployment }: DeploymentRevision, @Ctx() { loaders }: RequestContext) {
    return loaders.deployment.load(deployment);
  }

  @FieldResolver(() => LogPage, { description: "The output of the replicas of the revision." })
  log(@Root() { _id }: DeploymentRevision, @Args(() => LogArgs) args: LogArgs, @Ctx() { app }: RequestContext) {
    return readLog(app.store, _id, args);
  }
}
