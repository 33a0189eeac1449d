import { Args, Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import { JsonObjectScalar } from "../graph/scalars.js";
import { LogArgs, LogPage } from "../jobs/log-page.js";
import { readLog } from "../jobs/read-log.js";
import { listedOn } from "../lists/children.resolver.js";
import type { RequestContext } from "../request-context.js";
import { DeploymentRevision } from "./deployment-revision.js";
import { DEPLOYMENT_REVISION } from "./deployment-revision.kind.js";
import { Deployment } from "./deployment.js";
import { Reads } from "../graph/reads.js";

const revisionsOn = listedOn<DeploymentRevision>(DEPLOYMENT_REVISION.Connection, DEPLOYMENT_REVISION.listing);

/** The list of revisions on their deployment. */
export const DeploymentRevisionEdges = [
  revisionsOn(() => Deployment, {
    field: "revisions",
    description: "The revisions of the deployment, newest first.",
    pages: (loaders) => loaders.childPages("depl", "revision", "deployment"),
  }),
] as const;

@Resolver(() => DeploymentRevision)
export class DeploymentRevisionResolver {
  @FieldResolver(() => Deployment, { description: "The deployment that it belongs to." })
  @Reads(["deployment"])
  deployment(@Root() { deployment }: DeploymentRevision, @Ctx() { loaders }: RequestContext) {
    return loaders.deployment.load(deployment);
  }

  @FieldResolver(() => JsonObjectScalar, { description: "The parameters given to the notebook." })
  @Reads(["params"])
  params(@Root() { params }: DeploymentRevision) {
    return params ?? {};
  }

  @FieldResolver(() => LogPage, { description: "The output of the replicas of the revision." })
  @Reads(["_id"])
  log(@Root() { _id }: DeploymentRevision, @Args(() => LogArgs) args: LogArgs, @Ctx() { app }: RequestContext) {
    return readLog(app.store, _id, args);
  }
}
