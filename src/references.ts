import type { ReferenceResolver } from "./http/build-subgraph.js";
import type { Loaders } from "./loaders.js";
import type { RequestContext } from "./request-context.js";
import { keyOf } from "./store/key-of.js";

interface Loader {
  load(key: string): Promise<object | null>;
}

/** Key fields as a gateway sends them: the id, or the natural key with its parent inside. */
type Reference = Readonly<Record<string, unknown>>;

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const nameIn = (value: unknown): string => text((value as Reference | undefined)?.["name"]);

/** By id where the reference has one, else by its natural key: both through the loaders, so that a batch is one find. */
const reference =
  (
    byId: (loaders: Loaders) => Loader,
    byKey: ((loaders: Loaders) => Loader) | null,
    key: (sent: Reference) => string,
  ): ReferenceResolver =>
  (sent: Reference, { loaders }: RequestContext) =>
    sent["id"] !== undefined || !byKey ? byId(loaders).load(text(sent["id"])) : byKey(loaders).load(key(sent));

const ofModel = (sent: Reference): string => keyOf(nameIn(sent["model"]), text(sent["name"]));
const ofProject = (sent: Reference): string => keyOf(nameIn(sent["proj"]), text(sent["name"] ?? sent["tag"]));
const ofItself = (sent: Reference): string => keyOf(text(sent["name"]));

/** How a gateway's `_entities` finds what its keys name. */
export const references: Record<string, ReferenceResolver> = {
  Project: reference(
    (loaders) => loaders.project,
    (loaders) => loaders.projectByKey,
    ofItself,
  ),
  Model: reference(
    (loaders) => loaders.model,
    (loaders) => loaders.modelByKey,
    ofItself,
  ),
  TreasureChest: reference(
    (loaders) => loaders.treasureChest,
    (loaders) => loaders.treasureChestByKey,
    ofItself,
  ),
  Dataset: reference(
    (loaders) => loaders.dataset,
    (loaders) => loaders.datasetByKey,
    ofModel,
  ),
  ModelVersion: reference(
    (loaders) => loaders.modelVersion,
    (loaders) => loaders.modelVersionByKey,
    ofModel,
  ),
  BuildVersion: reference(
    (loaders) => loaders.buildVersion,
    (loaders) => loaders.buildVersionByKey,
    ofProject,
  ),
  Training: reference(
    (loaders) => loaders.training,
    (loaders) => loaders.trainingByKey,
    ofProject,
  ),
  Deployment: reference(
    (loaders) => loaders.deployment,
    (loaders) => loaders.deploymentByKey,
    ofProject,
  ),
  Build: reference((loaders) => loaders.build, null, ofItself),
  DeploymentRevision: reference((loaders) => loaders.deploymentRevision, null, ofItself),
};
