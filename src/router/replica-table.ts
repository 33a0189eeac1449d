/** A container that answered its health check: the router knows no other addresses. */
export interface ReadyReplica {
  /** The name that tells it from every other replica, also from its own successor. */
  readonly id: string;
  /** `http://host:port`. */
  readonly endpoint: string;
  /** The versions that it serves; empty for lazy serving. */
  readonly movers: readonly string[];
  /** The values of `?model_version=` that it answers: names and aliases. Absent in lazy serving, which loads any. */
  readonly names?: readonly string[];
  /** Set if it belongs to another revision than the route, as while one replaces the other. */
  readonly revision?: number;
}

export interface ReplicaGroup {
  readonly revision: number;
  /** Ready ones only; empty while none is. */
  readonly replicas: readonly ReadyReplica[];
  /** The versions that the deployment serves; empty for lazy serving. */
  readonly versions: readonly string[];
  /** The state of the deployment, in words for its clients, if no replica is ready. */
  readonly state?: string;
}

export interface NamedReplicaGroup extends ReplicaGroup {
  readonly proj: string;
  readonly name: string;
}

/** The deployments that take predictions, by their two exact names. Whoever observes the containers replaces it as a whole. */
export class ReplicaTable {
  private groups: ReadonlyMap<string, ReplicaGroup> | null = null;

  /** True if it was ever filled: before, the deployments are not known. */
  get isFilled(): boolean {
    return this.groups !== null;
  }

  /** @throws if an endpoint is no `http://host:port`; the table stays as it was then. */
  replace(groups: Iterable<NamedReplicaGroup>): void {
    const replaced = new Map<string, ReplicaGroup>();
    for (const group of groups) {
      for (const { endpoint } of group.replicas) assertEndpoint(endpoint);
      replaced.set(keyOf(group.proj, group.name), group);
    }
    this.groups = replaced;
  }

  find(proj: string, name: string): ReplicaGroup | null {
    return this.groups?.get(keyOf(proj, name)) ?? null;
  }
}

const keyOf = (proj: string, name: string): string => JSON.stringify([proj, name]);

function assertEndpoint(endpoint: string): void {
  const { protocol, host, origin } = new URL(endpoint);
  if (
    protocol !== "http:" ||
    host === "" ||
    (endpoint !== origin && endpoint !== `${origin}/` && endpoint !== `${origin}:80`)
  )
    throw new Error(`${endpoint} is no endpoint of a replica.`);
}
