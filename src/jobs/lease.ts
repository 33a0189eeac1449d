import type { mongo } from "mongoose";
import type { Store } from "../store/store.js";
import { type Hold, type JobUpdate, LeaseLost } from "./hold.js";
import { type Job, UNDER_WAY } from "./job.js";

const LEASE_MS = 15_000;
const RENEW_MS = 5_000;
/** By our own monotonic clock; well within the lease, so that we stop before another begins. */
const TRUST_MS = 10_000;

type Jobs = Pick<Store, "jobs" | "now">;

/** Takes a job that is due and free. The raised epoch shuts out whoever held it before. Null where another was quicker. */
export async function acquire(store: Jobs, owner: string, id: string): Promise<Lease | null> {
  const asked = performance.now();
  const now = await store.now();
  const job = await store.jobs.findOneAndUpdate(
    { _id: id, cleanup: "PENDING", next_reconcile_at: { $lte: now }, "lease.until": { $lt: now } },
    { $inc: { epoch: 1 }, $set: { lease: { owner, until: new Date(now.getTime() + LEASE_MS) } } },
    { returnDocument: "after" },
  );
  return job && new Lease(store, job, asked);
}

/** A job held by this process: renewed while it is held, given back by `release`. */
export class Lease implements Hold {
  readonly #lost = new AbortController();
  readonly #cancel = new AbortController();
  readonly #renewal: NodeJS.Timeout;
  #trust: NodeJS.Timeout;
  #job: Job;
  /** For what it was taken: another time there at the end means that somebody wants it looked at again. */
  readonly #due: Date;

  constructor(
    private readonly store: Jobs,
    job: Job,
    asked: number,
  ) {
    this.#job = job;
    this.#due = job.next_reconcile_at;
    this.#trust = this.#trustFrom(asked);
    this.#renewal = setInterval(() => void this.renew().catch(() => undefined), RENEW_MS);
    this.#notice();
  }

  get job(): Job {
    return this.#job;
  }

  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  get cancelAsked(): AbortSignal {
    return this.#cancel.signal;
  }

  /** Stops whoever acts under this lease. */
  lose(): void {
    this.#lost.abort(new LeaseLost(this.#job._id));
  }

  /** Also reads what others wrote meanwhile: a wish to cancel. */
  async renew(): Promise<void> {
    const asked = performance.now();
    const until = new Date((await this.store.now()).getTime() + LEASE_MS);
    const { _id, epoch, lease } = this.#job;
    const seen = await this.store.jobs.findOneAndUpdate(
      // The owner too: a renewal that is overtaken by the release would keep the job from everybody.
      { _id, epoch, "lease.owner": lease.owner },
      { $set: { "lease.until": until } },
      { returnDocument: "after" },
    );
    if (!seen) return this.lose();
    clearTimeout(this.#trust);
    this.#trust = this.#trustFrom(asked);
    this.#job = seen;
    this.#notice();
  }

  async write(update: JobUpdate, only: mongo.Filter<Job> = {}): Promise<Job> {
    const { _id, epoch } = this.#job;
    this.signal.throwIfAborted();
    const written = await this.store.jobs.findOneAndUpdate(
      { ...only, _id, epoch, state: { $in: [...UNDER_WAY] } },
      { ...update, $set: { ...update.$set, updated_at: new Date() } },
      { returnDocument: "after" },
    );
    if (!written) throw new LeaseLost(_id);
    this.#job = written;
    this.#notice();
    return written;
  }

  async end(state: "SUCCEEDED" | "FAILED" | "CANCELLED", error: string | null = null): Promise<"ENDED"> {
    const progress = state === "SUCCEEDED" ? { progress: 1 } : {};
    // The key goes with the state: the next build of the tag may begin at that very write.
    await this.write({ $set: { state, error, ...progress }, $unset: { active_key: "" } });
    return "ENDED";
  }

  /** Under the fence as well, but for a job that has ended: its containers are gone. */
  async cleaned(): Promise<void> {
    await this.store.jobs.updateOne({ _id: this.#job._id, epoch: this.#job.epoch }, { $set: { cleanup: "DONE" } });
  }

  /**
   * Gives the job back, to be looked at after so many milliseconds; at once where somebody made it due meanwhile.
   * Harmless where it is lost already. Gives the milliseconds that came of it.
   */
  async release(again: number): Promise<number> {
    clearInterval(this.#renewal);
    clearTimeout(this.#trust);
    this.lose();
    const { _id, epoch } = this.#job;
    const lease = { owner: null, until: new Date(0) };
    const next = new Date((await this.store.now()).getTime() + again);
    const { matchedCount } = await this.store.jobs.updateOne(
      { _id, epoch, next_reconcile_at: this.#due },
      { $set: { lease, next_reconcile_at: next } },
    );
    if (matchedCount === 1) return again;
    await this.store.jobs.updateOne({ _id, epoch }, { $set: { lease } });
    return 0;
  }

  #trustFrom(asked: number): NodeJS.Timeout {
    return setTimeout(() => this.lose(), TRUST_MS - (performance.now() - asked));
  }

  #notice(): void {
    if (this.#job.desired === "CANCEL") this.#cancel.abort();
  }
}
