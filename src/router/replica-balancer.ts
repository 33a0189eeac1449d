import { MINUTE_MS } from "../units.js";
import type { ReadyReplica } from "./replica-table.js";

interface ReplicaStats {
  inFlight: number;
  /** The failures in a row. */
  failures: number;
  ejectedUntil: number;
  onTrial: boolean;
}

export interface PickedReplica {
  readonly replica: ReadyReplica;
  /** Called once after the request. Null if the outcome says nothing of the replica. */
  report(succeeded: boolean | null): void;
}

const FAILURES = 3;
const FORGOTTEN_MS = MINUTE_MS;

/** Picks the healthy replica with the fewest requests in flight, by its past requests. */
export class ReplicaBalancer {
  private readonly seen = new Map<string, ReplicaStats>();
  private offset = 0;

  /** @param ejectedMs the time for which a failing replica gets no requests */
  constructor(private readonly ejectedMs: number) {}

  /**
   * Returns a replica, or null if all untried ones are ejected.
   *
   * Three failures in a row eject a replica for a time. Then one request at a time tries it, until one succeeds.
   */
  pick(replicas: readonly ReadyReplica[], tried: ReadonlySet<string>): PickedReplica | null {
    const now = Date.now();
    const available = replicas.filter(({ id }) => !tried.has(id) && this.isAvailable(id, now));
    if (available.length === 0) return null;
    this.offset = (this.offset + 1) % available.length;
    const rotated = [...available.slice(this.offset), ...available.slice(0, this.offset)];
    const load = ({ id }: ReadyReplica) => this.seen.get(id)?.inFlight ?? 0;
    const replica = rotated.reduce((best, each) => (load(each) < load(best) ? each : best));
    return this.assign(replica, now);
  }

  private isAvailable(id: string, now: number): boolean {
    const seen = this.seen.get(id);
    return !seen || seen.failures < FAILURES || (now >= seen.ejectedUntil && !seen.onTrial);
  }

  private assign(replica: ReadyReplica, now: number): PickedReplica {
    this.forgetRemoved(now);
    const seen = this.seen.get(replica.id) ?? { inFlight: 0, failures: 0, ejectedUntil: 0, onTrial: false };
    this.seen.set(replica.id, seen);
    const isTrial = seen.failures >= FAILURES;
    seen.inFlight += 1;
    seen.onTrial ||= isTrial;
    const report = (succeeded: boolean | null) => {
      seen.inFlight -= 1;
      if (isTrial) seen.onTrial = false;
      if (succeeded === true) seen.failures = 0;
      if (succeeded === false && ++seen.failures >= FAILURES) seen.ejectedUntil = Date.now() + this.ejectedMs;
    };
    return { replica, report };
  }

  // Statistics of removed replicas must not pile up.
  private forgetRemoved(now: number): void {
    for (const [id, { inFlight, failures, ejectedUntil }] of this.seen)
      if (inFlight === 0 && (failures === 0 || (ejectedUntil > 0 && now > ejectedUntil + FORGOTTEN_MS)))
        this.seen.delete(id);
  }
}
