import { Args, Ctx, FieldResolver, Int, Mutation, Query, Resolver, Root } from "type-graphql";
import { BuildVersion } from "../builds/build-version.js";
import { deleteRecord } from "../deletion/delete-record.js";
import { Deletion } from "../deletion/deletion.js";
import { keyOf } from "../graph/id.js";
import { Input, intentOf } from "../graph/mutation-input.js";
import { Reads } from "../graph/reads.js";
import { JsonObjectScalar } from "../graph/scalars.js";
import { LogArgs, LogPage } from "../jobs/log-page.js";
import { readLog } from "../jobs/read-log.js";
import { answerList } from "../lists/answer-list.js";
import { listedOn } from "../lists/children.resolver.js";
import type { ListArgs } from "../lists/listing.js";
import { ModelVersion } from "../model-version/model-version.js";
import { Model } from "../model/model.js";
import { Project } from "../project/project.js";
import type { RequestContext } from "../request-context.js";
import { deploy, undeploy } from "./deploy.js";
import { DeleteDeploymentInput, DeployInput, DeploymentKey, UndeployInput } from "./deployment.inputs.js";
import { Deployment } from "./deployment.js";
import { DEPLOYMENT } from "./deployment.kind.js";

@Resolver(() => Deployment)
export class DeploymentResolver {
  @Query(() => Deployment, { nullable: true, description: "The deployment of that name, or null." })
  deployment(@Args(() => DeploymentKey) { proj, name }: DeploymentKey, @Ctx() { loaders }: RequestContext) {
    return loaders.deploymentByKey.load(keyOf(proj, name));
  }

  @Query(() => DEPLOYMENT.Connection, { description: "Deployments, the newest first." })
  deployments(@Args(() => DEPLOYMENT.listing.Args) args: ListArgs, @Ctx() context: RequestContext) {
    return answerList(context, DEPLOYMENT, args);
  }

  @Mutation(() => Deployment, {
    description:
      "Sets the desired state of a deployment, new or not. It answers at once; `tasks` and `availability` show the progress. A change of any field but `replicas` makes the next revision; the replicas of the earlier one go once those of the new one are ready.",
  })
  deploy(@Input(() => DeployInput) input: DeployInput, @Ctx() { app, caller }: RequestContext) {
    return deploy(app, intentOf(caller, "deploy", input), input);
  }

  @Mutation(() => Deployment, {
    description: "Ends all replicas of a deployment. The record stays; `deploy` with `replicas` brings them back.",
  })
  undeploy(@Input(() => UndeployInput) input: UndeployInput, @Ctx() { app, caller }: RequestContext) {
    return undeploy(app, intentOf(caller, "undeploy", input), input);
  }

  @Mutation(() => Deletion, {
    description:
      "Deletes a deployment with its revisions and their logs. With `cascade`, one whose replicas run is undeployed first.",
  })
  deleteDeployment(
    @Input(() => DeleteDeploymentInput) input: DeleteDeploymentInput,
    @Ctx() { app, caller }: RequestContext,
  ) {
    const { proj, name, cascade } = input;
    return deleteRecord(app, intentOf(caller, "deleteDeployment", input), "depl", [proj, name], cascade);
  }

  @FieldResolver(() => Project, { description: "The project to which the deployment belongs." })
  @Reads(["proj"])
  proj(@Root() { proj }: Deployment, @Ctx() { loaders }: RequestContext) {
    return loaders.project.load(proj);
  }

  @FieldResolver(() => Int, {
    description:
      "The number of containers beyond `replicas` that a roll-out of the next revision may start. 0 with GPUs: each replica ends before the one in its place begins, one at a time, since a card has no room for both.",
  })
  @Reads(["resources", "replicas"])
  surge(@Root() { resources, replicas }: Deployment) {
    return resources?.gpus ? 0 : replicas;
  }

  @FieldResolver(() => JsonObjectScalar, { description: "The parameters given to the notebook." })
  @Reads(["params"])
  params(@Root() { params }: Deployment) {
    return params ?? {};
  }

  @FieldResolver(() => LogPage, { description: "The output of the replicas of the current revision." })
  @Reads(["revision_id"])
  log(@Root() { revision_id }: Deployment, @Args(() => LogArgs) args: LogArgs, @Ctx() { app }: RequestContext) {
    return readLog(app.store, revision_id, args);
  }

  @FieldResolver(() => String, {
    description: "Path on this server to which predictions are sent by POST: any replica that answers gets them.",
  })
  @Reads(["proj", "name"], { project: ["name"] })
  async predictPath(@Root() { proj, name }: Deployment, @Ctx() { loaders }: RequestContext) {
    const project = await loaders.project.load(proj);
    return `/predict/${encodeURIComponent(project?.name ?? "")}/${encodeURIComponent(name)}`;
  }
}

const deploymentsOn = listedOn<Deployment>(DEPLOYMENT.Connection, DEPLOYMENT.listing);

/** The lists of deployments on other records. */
export const DeploymentEdges = [
  deploymentsOn(() => Model, {
    field: "deployments",
    description: "The deployments that serve a version of the model.",
    pages: (loaders) => loaders.childPages("model", "depl", "movers.model._id"),
  }),
  deploymentsOn(() => Project, {
    field: "deployments",
    description: "The deployments of the project.",
    pages: (loaders) => loaders.childPages("project", "depl", "proj"),
  }),
  deploymentsOn(() => BuildVersion, {
    field: "deployments",
    description: "The deployments whose current revision runs in it.",
    pages: (loaders) => loaders.childPages("bvers", "depl", "bvers._id"),
  }),
  deploymentsOn(() => ModelVersion, {
    field: "deployments",
    description: "The deployments that serve the version.",
    pages: (loaders) => loaders.childPages("movers", "depl", "movers._id"),
  }),
] as const;
