/** A container that answered its health check. The router knows no other addresses. */
export interface ReadyReplica {
  /** A name that no other replica has, not even its successor. */
  readonly id: string;
  /** `http://host:port`. */
  readonly endpoint: string;
  /** The versions that it serves. Empty: lazy serving. */
  readonly movers: readonly string[];
  /** The values of `?model_version=` that it answers: names and aliases. Absent: any. */
  readonly names?: readonly string[];
  /** The revision, if it differs from the group's while one replaces the other. */
  readonly revision?: number;
}

export interface ReplicaGroup {
  readonly revision: number;
  /** The ready replicas only. */
  readonly replicas: readonly ReadyReplica[];
  /** The versions that the deployment serves. Empty: lazy serving. */
  readonly versions: readonly string[];
  /** The state of the deployment for its clients, if no replica is ready. */
  readonly state?: string;
}

export interface NamedReplicaGroup extends ReplicaGroup {
  readonly proj: string;
  readonly name: string;
}

/**
 * The ready replicas of each deployment that serves, by its two exact names. The observer of the containers replaces all
 * at once.
 */
export class ReplicaTable {
  private groups: ReadonlyMap<string, ReplicaGroup> | null = null;

  /** True if it was filled once. Before that, deployments are unknown. */
  get isFilled(): boolean {
    return this.groups !== null;
  }

  /** @throws Error if an endpoint is no `http://host:port`; the table then stays as it was */
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
