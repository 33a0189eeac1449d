import type { mongo } from "mongoose";
import type { App, Routes } from "../app.js";
import { DomainError } from "../errors.js";
import { keyOf, type Kind, namesOf } from "../graph/id.js";
import type { ModelVersion } from "../model-version/model-version.js";
import type { NamedReplicaGroup, ReadyReplica } from "../router/replica-table.js";
import type { ObservedContainer } from "../runtime/runtime.js";
import { findCurrent } from "../store/read-records.js";
import type { DeploymentRevision } from "./deployment-revision.js";
import { Availability, type Deployment, type ReplicaTask } from "./deployment.js";
import { answers } from "./ready-replicas.js";
import { availabilityOf } from "./replica-tasks.js";

type Routed = Pick<Deployment, "_id" | "key" | "revision" | "replicas" | "tasks">;
type Revision = Pick<DeploymentRevision, "_id" | "number" | "deployment" | "movers">;
/** The current aliases of versions, by the id of the version. */
type Aliases = ReadonlyMap<string, readonly string[]>;

const FIELDS = { key: 1, revision: 1, replicas: 1, tasks: 1 };

/**
 * Fills the replica table with the replicas that any process saw ready, at the addresses at which this one reaches
 * them. It reads all deployments that serve once, and then those alone that are said to have changed.
 */
export class ReplicaTableFiller implements Routes {
  /** By deployment; those alone that serve. */
  private readonly groups = new Map<string, FilledGroup>();
  private changed = new Set<string>();
  private reading: Promise<void> = Promise.resolve();
  private lastSeen = "";

  constructor(private readonly app: Pick<App, "store" | "runtime" | "replicaTable">) {}

  refresh(deployment: string): Promise<void> {
    this.changed.add(deployment);
    return this.afterOthers(() => this.readChanged());
  }

  async refreshServersOf(version: string): Promise<void> {
    const serving = [...this.groups].filter(([, { modelVersions }]) => modelVersions.has(version));
    await Promise.all(serving.map(([id]) => this.refresh(id)));
  }

  refreshAll(): Promise<void> {
    return this.afterOthers(async () => {
      const serving = { superseded: false, availability: { $in: [Availability.PARTIAL, Availability.FULL] } };
      const found = await read<Pick<Deployment, "_id">>(this.app.store, "depl", serving, { _id: 1 });
      for (const id of [...found.map(({ _id }) => _id), ...this.groups.keys()]) this.changed.add(id);
      await this.readChanged();
    });
  }

  look(): Promise<void> {
    return this.afterOthers(async () => {
      if (this.groups.size > 0) {
        const running = await reachable(this.app.runtime);
        if (!running) return;
        const seen = running
          .map(({ id, endpoint }) => `${id} ${endpoint}`)
          .sort()
          .join();
        if (seen !== this.lastSeen) for (const id of this.groups.keys()) this.changed.add(id);
        this.lastSeen = seen;
      }
      if (this.changed.size > 0) await this.readChanged();
    });
  }

  async repeat(): Promise<void> {
    if (this.changed.size > 0) await this.afterOthers(() => this.readChanged());
  }

  async silentJobs(): Promise<readonly string[]> {
    const replicas = [...this.groups.values()].flatMap((group) => group.replicas);
    const silent = await Promise.all(replicas.map(async (each) => ((await answers(each.endpoint)) ? [] : [each.job])));
    return [...new Set(silent.flat())];
  }

  /** One at a time: an older read must not replace a newer one. */
  private afterOthers(read: () => Promise<void>): Promise<void> {
    const done = this.reading.then(read);
    this.reading = done.catch(() => undefined);
    return done;
  }

  /** Reads what has changed until now. While the engine does not answer, groups that serve stay as they are. */
  private async readChanged(): Promise<void> {
    const { store, runtime, replicaTable } = this.app;
    const ids = [...this.changed];
    if (ids.length === 0 && replicaTable.isFilled) return;
    // A change that comes during the read is read again.
    this.changed = new Set();
    try {
      const current = { _id: { $in: ids }, superseded: false, deleting: false };
      const serving = (await read<Routed>(store, "depl", current, FIELDS)).filter(serves);
      const running = serving.length > 0 ? await reachable(runtime) : [];
      const groups = running && (await readGroups(store, serving, running));
      const stays = new Set(serving.map(({ _id }) => _id));
      for (const id of ids) if (!stays.has(id)) this.groups.delete(id);
      for (const [id, group] of groups ?? []) this.groups.set(id, group);
      if (!groups) for (const id of stays) this.changed.add(id);
      replicaTable.replace([...this.groups.values()]);
    } catch (error) {
      for (const id of ids) this.changed.add(id);
      throw error;
    }
  }
}

/** Returns the state of a deployment that is not in the table, for clients; null if there is no such deployment. */
export async function stateOfDeployment({ store }: App, proj: string, name: string): Promise<string | null> {
  const deployment = await findCurrent(store.deployments, keyOf(proj, name));
  return deployment && !deployment.deleting ? describeState(deployment) : null;
}

interface FilledGroup extends NamedReplicaGroup {
  readonly replicas: readonly FilledReplica[];
  /** The ids of the versions that its replicas serve. */
  readonly modelVersions: ReadonlySet<string>;
}

type FilledReplica = ReadyReplica & { readonly job: string };

const serves = ({ replicas, tasks }: Routed): boolean => replicas > 0 && tasks.some(({ ready }) => ready);

async function readGroups(
  store: App["store"],
  deployments: readonly Routed[],
  running: readonly ObservedContainer[],
): Promise<ReadonlyMap<string, FilledGroup>> {
  const revisions = await loadRevisions(store, deployments, [...new Set(running.map(({ job }) => job))]);
  const aliases = await loadAliases(store, [...revisions.values()]);
  return new Map(deployments.map((each) => [each._id, groupOf(each, running, revisions, aliases)]));
}

/** Reads without the models, whose making would hold up the start. */
const read = <T extends mongo.Document>(
  { collectionOf }: App["store"],
  kind: Kind,
  filter: object,
  projection: object,
): Promise<T[]> => collectionOf(kind).find<T>(filter, { projection }).toArray();

async function loadAliases(store: App["store"], revisions: readonly Revision[]): Promise<Aliases> {
  const ids = [...new Set(revisions.flatMap(({ movers }) => movers.map(({ _id }) => _id)))];
  if (ids.length === 0) return new Map();
  const found = await read<Pick<ModelVersion, "_id" | "aliases">>(
    store,
    "movers",
    { _id: { $in: ids } },
    { aliases: 1 },
  );
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
  store: App["store"],
  deployments: readonly Routed[],
  ids: readonly string[],
): Promise<ReadonlyMap<string, Revision>> {
  if (ids.length === 0) return new Map();
  const fields = { number: 1, deployment: 1, "movers.key": 1, "movers._id": 1 };
  const theirs = { _id: { $in: ids }, deployment: { $in: deployments.map(({ _id }) => _id) } };
  const found = await read<Revision>(store, "revision", theirs, fields);
  return new Map(found.map((each) => [each._id, each]));
}

function groupOf(
  deployment: Routed,
  running: readonly ObservedContainer[],
  revisions: ReadonlyMap<string, Revision>,
  aliases: Aliases,
): FilledGroup {
  const [proj = "", name = ""] = namesOf(deployment.key);
  const { revision, replicas, tasks } = deployment;
  const ready = replicas > 0 ? tasks.filter((task) => isRouted(deployment, task)) : [];
  const found = running.flatMap((each): FilledReplica[] => {
    const its = revisions.get(each.job);
    if (its?.deployment !== deployment._id || !each.endpoint) return [];
    const isReady = ready.some(
      (task) => task.revision === its.number && task.slot === each.slot && task.attempt === each.attempt,
    );
    const movers = its.movers.map(({ key }) => namesOf(key).join("/"));
    const names = movers.length > 0 ? { names: its.movers.flatMap((mover) => namesFor(mover, aliases)) } : {};
    const { id, job, endpoint } = each;
    return isReady ? [{ id, job, endpoint, movers, revision: its.number, ...names }] : [];
  });
  const versions = found.find((each) => each.revision === revision)?.movers ?? [];
  const own = [...revisions.values()].filter((each) => each.deployment === deployment._id);
  const modelVersions = new Set(own.flatMap(({ movers }) => movers.map(({ _id }) => _id)));
  return { proj, name, revision, replicas: found, versions, state: describeState(deployment), modelVersions };
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

function describeState({ replicas, tasks, revision }: Pick<Deployment, "replicas" | "tasks" | "revision">): string {
  if (replicas === 0) return "it is undeployed";
  const failed = tasks.find((task) => task.revision === revision && task.error);
  return failed?.error ? `replica ${failed.slot}: ${failed.error}` : `${replicas} starting`;
}
