import type { ReadyReplica } from "./replica-table.js";

interface ReplicaStats {
  inFlight: number;
  /** One after the other. */
  failures: number;
  ejectedUntil: number;
  trying: boolean;
}

export interface PickedReplica {
  readonly replica: ReadyReplica;
  /** Said once, when the request is over. What the client did to it tells nothing about the replica: null. */
  report(well: boolean | null): void;
}

const FAILURES = 3;
const EJECTED_MS = 10_000;
const FORGOTTEN_MS = 60_000;

/** Remembers how replicas did, and picks the one with the fewest requests in flight among those that do. */
export class ReplicaBalancer {
  private readonly seen = new Map<string, ReplicaStats>();
  private turn = 0;

  constructor(private readonly ejectedMs = EJECTED_MS) {}

  /**
   * None where all that were not tried are ejected. After three failures a replica is left out for a while; then one
   * request at a time tries it, and it is back with the first that ends well.
   */
  pick(replicas: readonly ReadyReplica[], tried: ReadonlySet<string>, now = Date.now()): PickedReplica | null {
    const open = replicas.filter(({ id }) => !tried.has(id) && this.mayTake(id, now));
    if (open.length === 0) return null;
    this.turn = (this.turn + 1) % open.length;
    const inTurn = [...open.slice(this.turn), ...open.slice(0, this.turn)];
    const load = ({ id }: ReadyReplica) => this.seen.get(id)?.inFlight ?? 0;
    const replica = inTurn.reduce((best, each) => (load(each) < load(best) ? each : best));
    return this.take(replica, now);
  }

  private mayTake(id: string, now: number): boolean {
    const seen = this.seen.get(id);
    return !seen || seen.failures < FAILURES || (now >= seen.ejectedUntil && !seen.trying);
  }

  private take(replica: ReadyReplica, now: number): PickedReplica {
    this.forget(now);
    const seen = this.seen.get(replica.id) ?? { inFlight: 0, failures: 0, ejectedUntil: 0, trying: false };
    this.seen.set(replica.id, seen);
    const trial = seen.failures >= FAILURES;
    seen.inFlight += 1;
    seen.trying ||= trial;
    const report = (well: boolean | null) => {
      seen.inFlight -= 1;
      if (trial) seen.trying = false;
      if (well === true) seen.failures = 0;
      if (well === false && ++seen.failures >= FAILURES) seen.ejectedUntil = Date.now() + this.ejectedMs;
    };
    return { replica, report: report };
  }

  // Replicas come and go; what is remembered of those that went must not grow.
  private forget(now: number): void {
    for (const [id, { inFlight, failures, ejectedUntil }] of this.seen)
      if (inFlight === 0 && (failures === 0 || (ejectedUntil > 0 && now > ejectedUntil + FORGOTTEN_MS)))
        this.seen.delete(id);
  }
}
