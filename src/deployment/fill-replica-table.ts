import { trusted } from "mongoose";
import type { App } from "../app.js";
import { DomainError } from "../errors.js";
import { namesOf } from "../graph/id.js";
import type { NamedReplicaGroup, ReadyReplica } from "../router/replica-table.js";
import type { ObservedContainer } from "../runtime/runtime.js";
import type { DeploymentRevision } from "./deployment-revision.js";
import { Availability, type Deployment, type ReplicaTask } from "./deployment.js";
import { availabilityOf } from "./replica-tasks.js";

type Routed = Pick<Deployment, "_id" | "key" | "revision" | "replicas" | "tasks" | "deleting">;
type Revision = Pick<DeploymentRevision, "_id" | "number" | "deployment" | "movers">;
/** The current aliases of versions, by the id of the version. */
type Aliases = ReadonlyMap<string, readonly string[]>;

const FIELDS = { key: 1, revision: 1, replicas: 1, tasks: 1, deleting: 1 };

/**
 * Fills the replica table with the replicas that any process saw ready, at the addresses at which this one reaches them.
 * Repeatable. The table stays as it is if the engine does not answer.
 */
export async function fillReplicaTable({ store, runtime, replicaTable: table }: App): Promise<void> {
  const deployments = (await store.deployments.find({ superseded: false }, FIELDS).lean()) as Routed[];
  const serving = deployments.filter(({ tasks, replicas }) => replicas > 0 && tasks.some(({ ready }) => ready));
  const running = serving.length > 0 ? await reachable(runtime) : [];
  if (!running) return;
  const revisions = await loadRevisions(store, [...new Set(running.map(({ job }) => job))]);
  const aliases = await loadAliases(store, [...revisions.values()]);
  const routed = deployments.filter(({ deleting }) => !deleting);
  table.replace(routed.map((each) => groupOf(each, running, revisions, aliases)));
}

async function loadAliases({ modelVersions }: App["store"], revisions: readonly Revision[]): Promise<Aliases> {
  const ids = [...new Set(revisions.flatMap(({ movers }) => movers.map(({ _id }) => _id)))];
  if (ids.length === 0) return new Map();
  const found = await modelVersions.find({ _id: trusted({ $in: ids }) }, { aliases: 1 }).lean();
  return new Map(found.map(({ _id, aliases }) => [_id, aliases]));
}

/** Returns null while no engine answers; the reconciler reports that. */
async function reachable(runtime: App["runtime"]): Promise<readonly ObservedContainer[] | null> {
  try {
    return (await runtime.observe()).filter(({ endpoint }) => endpoint !== null);
  } catch (error) {
    if (error instanceof DomainError && error.code === "RUNTIME_UNAVAILABLE") return null;
    throw error;
  }
}

async function loadRevisions(
  { deploymentRevisions }: App["store"],
  ids: readonly string[],
): Promise<ReadonlyMap<string, Revision>> {
  if (ids.length === 0) return new Map();
  const fields = { number: 1, deployment: 1, "movers.key": 1, "movers._id": 1 };
  const found = await deploymentRevisions.find({ _id: trusted({ $in: [...ids] }) }, fields).lean<Revision[]>();
  return new Map(found.map((each) => [each._id, each]));
}

function groupOf(
  deployment: Routed,
  running: readonly ObservedContainer[],
  revisions: ReadonlyMap<string, Revision>,
  aliases: Aliases,
): NamedReplicaGroup {
  const [proj = "", name = ""] = namesOf(deployment.key);
  const { revision, replicas, tasks } = deployment;
  const ready = replicas > 0 ? tasks.filter((task) => isRouted(deployment, task)) : [];
  const found = running.flatMap((each): ReadyReplica[] => {
    const its = revisions.get(each.job);
    if (its?.deployment !== deployment._id || !each.endpoint) return [];
    const isReady = ready.some(
      (task) => task.revision === its.number && task.slot === each.slot && task.attempt === each.attempt,
    );
    const movers = its.movers.map(({ key }) => namesOf(key).join("/"));
    const names = movers.length > 0 ? { names: its.movers.flatMap((mover) => namesFor(mover, aliases)) } : {};
    return isReady ? [{ id: each.id, endpoint: each.endpoint, movers, revision: its.number, ...names }] : [];
  });
  const versions = found.find((each) => each.revision === revision)?.movers ?? [];
  return { proj, name, revision, replicas: found, versions, state: describeState(deployment) };
}

/** Returns the names of a version in `?model_version=`: its name, that with its model, and its aliases. */
function namesFor({ _id, key }: Revision["movers"][number], aliases: Aliases): string[] {
  const [model = "", name = ""] = namesOf(key);
  return [name, `${model}/${name}`, ...(aliases.get(_id) ?? [])];
}

/**
 * True if a replica gets requests. One of an earlier revision gets none once the current revision is complete. The stored
 * availability is not asked: it may be that of an earlier desired state.
 */
const isRouted = (deployment: Routed, task: ReplicaTask): boolean =>
  task.ready &&
  (task.revision === deployment.revision || availabilityOf(deployment, deployment.tasks) !== Availability.FULL);

function describeState({ replicas, tasks, revision }: Routed): string {
  if (replicas === 0) return "it is undeployed";
  const failed = tasks.find((task) => task.revision === revision && task.error);
  return failed?.error ? `replica ${failed.slot}: ${failed.error}` : `${replicas} starting`;
}
