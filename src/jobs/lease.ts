import type { mongo } from "mongoose";
import type { Store } from "../store/store.js";
import { type Job, type JobState, UNDER_WAY } from "./job.js";

/** The update that a worker may write into a job. */
export type JobUpdate = Pick<mongo.UpdateFilter<Job>, "$set" | "$inc" | "$unset">;

/** A job that this worker may act on, for as long as its lease lasts. */
export interface Lease {
  /** As it was when this worker last read or wrote it. */
  readonly job: Job;
  /** Aborted where the job is not ours any more, or this process ends: stop acting, write nothing. */
  readonly signal: AbortSignal;
  /** Aborted where somebody asked for the end of the work; from the start where they did so before. */
  readonly cancelRequested: AbortSignal;
  /**
   * Writes under the fence: only where the epoch is ours still and the job has not ended.
   * @param only what must hold beside it, as `{ desired: "RUN" }`.
   * @throws LeaseLost if it does not: drop the job; whoever holds it next looks anew.
   */
  write(update: JobUpdate, only?: mongo.Filter<Job>): Promise<Job>;
  /** The last write of a job: it never changes again, but for the removal of its containers. @throws LeaseLost */
  end(state: Extract<JobState, "SUCCEEDED" | "FAILED" | "CANCELLED">, error?: string | null): Promise<"ENDED">;
}

/** The job belongs to somebody else, ended, or its state does not allow the write. The reconciler drops it in silence. */
export class LeaseLost extends Error {
  constructor(job: string) {
    super(`The lease of ${job} is lost.`);
  }
}

const LEASE_MS = 15_000;
const RENEW_MS = 5_000;
/** By our own monotonic clock; well within the lease, so that we stop before another begins. */
const TRUST_MS = 10_000;

type Jobs = Pick<Store, "jobs" | "now">;

/** Takes a job that is due and free. The raised epoch shuts out whoever held it before. Null where another was quicker. */
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

/** A job held by this process: renewed while it is held, given back by `release`. */
export class HeldLease implements Lease {
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
    requestedAt: number,
  ) {
    this.#job = job;
    this.#due = job.next_reconcile_at;
    this.#trust = this.#trustFrom(requestedAt);
    this.#renewal = setInterval(() => void this.renew().catch(() => undefined), RENEW_MS);
    this.#notice();
  }

  get job(): Job {
    return this.#job;
  }

  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  get cancelRequested(): AbortSignal {
    return this.#cancel.signal;
  }

  /** Stops whoever acts under this lease. */
  lose(): void {
    this.#lost.abort(new LeaseLost(this.#job._id));
  }

  /** Also reads what others wrote meanwhile: a wish to cancel. */
  async renew(): Promise<void> {
    const requestedAt = performance.now();
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
    this.#trust = this.#trustFrom(requestedAt);
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
  async markCleaned(): Promise<void> {
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

  #trustFrom(requestedAt: number): NodeJS.Timeout {
    return setTimeout(() => this.lose(), TRUST_MS - (performance.now() - requestedAt));
  }

  #notice(): void {
    if (this.#job.desired === "CANCEL") this.#cancel.abort();
  }
}
