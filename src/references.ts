import type { GraphQLResolveInfo } from "graphql";
import { DomainError } from "./errors.js";
import type { ReferenceResolver } from "./http/build-subgraph.js";
import type { Loaders } from "./loaders.js";
import type { RequestContext } from "./request-context.js";
import { keyOf } from "./store/key-of.js";

interface Loader {
  load(key: string): Promise<object | null>;
}
type LoaderOf = (loaders: Loaders) => Loader;

/** Key fields as a gateway sends them: the id, or the natural key with its parents inside. */
type Reference = Readonly<Record<string, unknown>>;

/** Where the parts of a natural key stand in a reference, in the order in which `keyOf` joins them. */
type KeyPaths = readonly (readonly string[])[];

const OF_ITSELF: KeyPaths = [["name"]];
const OF_MODEL: KeyPaths = [["model", "name"], ["name"]];
const OF_PROJECT: KeyPaths = [["proj", "name"], ["name"]];
const OF_PROJECT_BY_TAG: KeyPaths = [["proj", "name"], ["tag"]];
const OF_DEPLOYMENT: KeyPaths = [["deployment", "proj", "name"], ["deployment", "name"], ["number"]];

function partAt(reference: Reference, path: readonly string[]): string | undefined {
  let value: unknown = reference;
  for (const field of path)
    value =
      typeof value === "object" && value !== null && Object.hasOwn(value, field)
        ? (value as Reference)[field]
        : undefined;
  return typeof value === "string" || Number.isSafeInteger(value) ? String(value) : undefined;
}

function refuse(ways: readonly string[], { path }: GraphQLResolveInfo): never {
  throw new DomainError("BAD_USER_INPUT", `A representation of this type has the key ${ways.join(" or ")}.`, [
    "representations",
    Number(path.key),
  ]);
}

/** By id where the reference has one, else by its natural key: both through the loaders, so that a batch is one find. */
function reference(byId: LoaderOf, natural?: { by: LoaderOf; at: KeyPaths }): ReferenceResolver {
  const ways = ["`id`", ...(natural ? [natural.at.map((path) => `\`${path.join(".")}\``).join(" with ")] : [])];
  return (sent: Reference, { loaders }: RequestContext, info) => {
    if (typeof sent["id"] === "string") return byId(loaders).load(sent["id"]);
    if (sent["id"] !== undefined || !natural) return refuse(ways, info);
    const parts = natural.at.map((path) => partAt(sent, path));
    if (!parts.every((part) => part !== undefined)) return refuse(ways, info);
    return natural.by(loaders).load(keyOf(...parts));
  };
}

/** How a gateway's `_entities` finds what its keys name. */
export const references: Record<string, ReferenceResolver> = {
  Project: reference((loaders) => loaders.project, { by: (loaders) => loaders.projectByKey, at: OF_ITSELF }),
  Model: reference((loaders) => loaders.model, { by: (loaders) => loaders.modelByKey, at: OF_ITSELF }),
  TreasureChest: reference((loaders) => loaders.treasureChest, {
    by: (loaders) => loaders.treasureChestByKey,
    at: OF_ITSELF,
  }),
  Dataset: reference((loaders) => loaders.dataset, { by: (loaders) => loaders.datasetByKey, at: OF_MODEL }),
  ModelVersion: reference((loaders) => loaders.modelVersion, {
    by: (loaders) => loaders.modelVersionByName,
    at: OF_MODEL,
  }),
  BuildVersion: reference((loaders) => loaders.buildVersion, {
    by: (loaders) => loaders.buildVersionByKey,
    at: OF_PROJECT_BY_TAG,
  }),
  Training: reference((loaders) => loaders.training, { by: (loaders) => loaders.trainingByKey, at: OF_PROJECT }),
  Deployment: reference((loaders) => loaders.deployment, { by: (loaders) => loaders.deploymentByKey, at: OF_PROJECT }),
  DeploymentRevision: reference((loaders) => loaders.deploymentRevision, {
    by: (loaders) => loaders.deploymentRevisionByKey,
    at: OF_DEPLOYMENT,
  }),
  Build: reference((loaders) => loaders.build),
};
