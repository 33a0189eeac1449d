import type { ReadyReplica } from "./replica-table.js";

interface ReplicaStats {
  inFlight: number;
  /** The failures in a row. */
  failures: number;
  ejectedUntil: number;
  trying: boolean;
}

export interface PickedReplica {
  readonly replica: ReadyReplica;
  /** Called once after the request. Null if the outcome says nothing of the replica. */
  report(well: boolean | null): void;
}

const FAILURES = 3;
const EJECTED_MS = 10_000;
const FORGOTTEN_MS = 60_000;

/** Picks the healthy replica with the fewest requests in flight, by its past requests. */
export class ReplicaBalancer {
  private readonly seen = new Map<string, ReplicaStats>();
  private turn = 0;

  constructor(private readonly ejectedMs = EJECTED_MS) {}

  /**
   * Returns a replica, or null if all untried ones are ejected.
   *
   * Three failures in a row eject a replica for a time. Then one request at a time tries it, until one succeeds.
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

  // Statistics of removed replicas must not pile up.
  private forget(now: number): void {
    for (const [id, { inFlight, failures, ejectedUntil }] of this.seen)
      if (inFlight === 0 && (failures === 0 || (ejectedUntil > 0 && now > ejectedUntil + FORGOTTEN_MS)))
        this.seen.delete(id);
  }
}
