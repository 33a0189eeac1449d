import type { mongo } from "mongoose";
import type { Store } from "../store/store.js";
import { type Job, UNDER_WAY } from "./job.js";
import { type JobUpdate, type Lease, LeaseLost } from "./lease.js";

const LEASE_MS = 15_000;
const RENEW_MS = 5_000;
/** Shorter than the lease: work stops before another process begins. By the monotonic clock. */
const TRUST_MS = 10_000;

type Jobs = Pick<Store, "jobs" | "now">;

/** Takes the lease of a job that is due and free, or returns null. The new epoch shuts out earlier holders. */
export async function acquireLease(store: Jobs, owner: string, id: string): Promise<HeldLease | null> {
  const requestedAt = performance.now();
  const now = await store.now();
  const job = await store.jobs.findOneAndUpdate(
    { _id: id, cleanup: "PENDING", next_reconcile_at: { $lte: now }, "lease.until": { $lt: now } },
    { $inc: { epoch: 1 }, $set: { lease: { owner, until: new Date(now.getTime() + LEASE_MS) } } },
    { returnDocument: "after" },
  );
  return job && new HeldLease(store, job, requestedAt);
}

/** A lease of this process: renewed by a timer until `release`. */
export class HeldLease implements Lease {
  private readonly lost = new AbortController();
  private readonly cancel = new AbortController();
  private readonly renewal: NodeJS.Timeout;
  private trustTimer: NodeJS.Timeout;
  private current: Job;
  /** The due time. If it differs at the end, the job was woken. */
  private readonly due: Date;

  constructor(
    private readonly store: Jobs,
    job: Job,
    requestedAt: number,
  ) {
    this.current = job;
    this.due = job.next_reconcile_at;
    this.trustTimer = this.expireAfterTrust(requestedAt);
    this.renewal = setInterval(() => void this.renew().catch(() => undefined), RENEW_MS);
    this.noticeCancel();
  }

  get job(): Job {
    return this.current;
  }

  get signal(): AbortSignal {
    return this.lost.signal;
  }

  get cancelRequested(): AbortSignal {
    return this.cancel.signal;
  }

  /** Aborts the work under this lease. */
  lose(): void {
    this.lost.abort(new LeaseLost(this.current._id));
  }

  /** Extends the lease and reads the job again, for a cancellation. */
  async renew(): Promise<void> {
    const requestedAt = performance.now();
    const until = new Date((await this.store.now()).getTime() + LEASE_MS);
    const { _id, epoch, lease } = this.current;
    const seen = await this.store.jobs.findOneAndUpdate(
      // Without the owner, a renewal after the release would block the job.
      { _id, epoch, "lease.owner": lease.owner },
      { $set: { "lease.until": until } },
      { returnDocument: "after" },
    );
    if (!seen) return this.lose();
    clearTimeout(this.trustTimer);
    this.trustTimer = this.expireAfterTrust(requestedAt);
    this.current = seen;
    this.noticeCancel();
  }

  async write(update: JobUpdate, only: mongo.Filter<Job> = {}): Promise<Job> {
    const { _id, epoch } = this.current;
    this.signal.throwIfAborted();
    const written = await this.store.jobs.findOneAndUpdate(
      { ...only, _id, epoch, state: { $in: [...UNDER_WAY] } },
      { ...update, $set: { ...update.$set, updated_at: new Date() } },
      { returnDocument: "after" },
    );
    if (!written) throw new LeaseLost(_id);
    this.current = written;
    this.noticeCancel();
    return written;
  }

  async end(state: "SUCCEEDED" | "FAILED" | "CANCELLED", error: string | null = null): Promise<"ENDED"> {
    const progress = state === "SUCCEEDED" ? { progress: 1 } : {};
    // The key and the seats go in the same write: then the next may begin.
    await this.write({ $set: { state, error, ...progress }, $unset: { active_key: "", seat: "", project_seat: "" } });
    return "ENDED";
  }

  /** Records that the containers are gone. The epoch fences it, too. */
  async markCleaned(): Promise<void> {
    await this.store.jobs.updateOne(
      { _id: this.current._id, epoch: this.current.epoch },
      { $set: { cleanup: "DONE" } },
    );
  }

  /**
   * Ends the lease. Returns the milliseconds until the next tick: those given, or 0 if the job was woken meanwhile.
   * Does nothing if the lease is lost.
   */
  async release(delayMs: number): Promise<number> {
    clearInterval(this.renewal);
    clearTimeout(this.trustTimer);
    this.lose();
    const { _id, epoch } = this.current;
    const lease = { owner: null, until: new Date(0) };
    const next = new Date((await this.store.now()).getTime() + delayMs);
    const { matchedCount } = await this.store.jobs.updateOne(
      { _id, epoch, next_reconcile_at: this.due },
      { $set: { lease, next_reconcile_at: next } },
    );
    if (matchedCount === 1) return delayMs;
    await this.store.jobs.updateOne({ _id, epoch }, { $set: { lease } });
    return 0;
  }

  private expireAfterTrust(requestedAt: number): NodeJS.Timeout {
    return setTimeout(() => this.lose(), TRUST_MS - (performance.now() - requestedAt));
  }

  private noticeCancel(): void {
    if (this.current.desired === "CANCEL") this.cancel.abort();
  }
}
