import { randomUUID } from "node:crypto";
import type { App } from "../app.js";
import { DomainError } from "../errors.js";
import { collectGarbage } from "./collect-garbage.js";
import { ENDED, type Job } from "./job.js";
import { acquireLease, type HeldLease } from "./lease.js";
import { delayAfterFailure, isOurFault, tick, type WorkerSet } from "./tick.js";
import { wakeJob } from "./write-job.js";

export interface Reconciler {
  /** Looks at once: at the job, where one is named, also where a turn of it is under way here. */
  wake(job?: string): void;
  /** For tests: resolves when no job is due and none runs here. */
  settled(): Promise<void>;
  /** Takes no more jobs, stops the turns under way and gives their leases back. Containers run on. */
  stop(): Promise<void>;
}

const POLL_MS = 1_000;
/** A turn that does not end by then is left behind. */
const DRAIN_MS = 20_000;
const COLLECT_MS = 60_000;
/** Turns at a time. Builds are long and heavy; the others mostly look and go. */
const MOST: Readonly<Record<Job["kind"], number>> = { BUILD: 4, TRAIN: 32, DEPLOY: 32 };
const KINDS = Object.keys(MOST) as Job["kind"][];

interface Running {
  readonly kind: Job["kind"];
  lease: HeldLease | null;
  readonly done: Promise<void>;
}

/** Carries on, in this process, whatever job is due and free. Any number of processes may do so over one store. */
export function startReconciler(app: App, workers: WorkerSet): Reconciler {
  const reconciler = new JobReconciler(app, workers);
  reconciler.wake();
  return reconciler;
}

class JobReconciler implements Reconciler {
  readonly #owner = randomUUID();
  readonly #running = new Map<string, Running>();
  readonly #faults = new Map<string, number>();
  readonly #collecting: NodeJS.Timeout;
  #collection: Promise<void>;
  #timer: NodeJS.Timeout | undefined;
  #wakeAt = Infinity;
  #pass: Promise<void> | null = null;
  #stopped = false;

  constructor(
    private readonly app: App,
    private readonly workers: WorkerSet,
  ) {
    this.#collecting = setInterval(() => (this.#collection = this.#collect()), COLLECT_MS);
    // At once too: what a crash has left need not wait, and a server that is often killed would never come to it.
    this.#collection = this.#collect();
  }

  wake(job?: string): void {
    if (this.#stopped) return;
    if (job) void this.#makeDue(job).catch(() => undefined);
    this.#wake(0);
  }

  async settled(): Promise<void> {
    while (!this.#stopped) {
      await this.#passOnce();
      if (this.#running.size === 0 && (await this.#due()).length === 0) return;
      if (this.#running.size > 0) await Promise.race([...this.#running.values()].map(({ done }) => done));
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    clearInterval(this.#collecting);
    await this.#pass;
    for (const { lease } of this.#running.values()) lease?.lose();
    const done = Promise.all([this.#collection, ...[...this.#running.values()].map((each) => each.done)]);
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([done, new Promise((resolve) => (timer = setTimeout(resolve, DRAIN_MS)))]);
    clearTimeout(timer);
    // A turn that is slow to end has lost the right to write, and the next process need not wait for it.
    await Promise.allSettled([...this.#running.values()].map(({ lease }) => lease?.release(0)));
  }

  /** A turn of it that is under way here hears of a wish to cancel; else it is due at once, whoever looks first. */
  async #makeDue(id: string): Promise<void> {
    await wakeJob(this.app.store, id);
    await this.#running.get(id)?.lease?.renew();
    this.#wake(0);
  }

  #wake(ms: number): void {
    // A little late rather than early: a job that is not due yet would wait for the next poll.
    const at = performance.now() + ms + 5;
    if (this.#stopped || at >= this.#wakeAt) return;
    clearTimeout(this.#timer);
    this.#wakeAt = at;
    this.#timer = setTimeout(() => {
      this.#wakeAt = Infinity;
      void this.#passOnce().finally(() => this.#wake(POLL_MS));
    }, ms + 5);
  }

  /** One pass at a time: who asks during one gets the next. */
  async #passOnce(): Promise<void> {
    while (this.#pass) await this.#pass;
    if (this.#stopped) return;
    this.#pass = this.#lookForWork()
      .catch((error: unknown) => this.app.logger.warn({ event: "jobs_unread", err: error }))
      .finally(() => (this.#pass = null));
    await this.#pass;
  }

  async #due(): Promise<Pick<Job, "_id" | "kind">[]> {
    const now = await this.app.store.now();
    const found = await Promise.all(
      KINDS.map((kind) =>
        this.app.store.jobs
          .find({ cleanup: "PENDING", next_reconcile_at: { $lte: now }, kind, "lease.until": { $lt: now } })
          .project<Pick<Job, "_id" | "kind">>({ kind: 1 })
          .sort({ next_reconcile_at: 1 })
          .limit(MOST[kind])
          .toArray(),
      ),
    );
    return found.flat();
  }

  async #lookForWork(): Promise<void> {
    for (const { _id, kind } of await this.#due()) {
      const busy = [...this.#running.values()].filter((each) => each.kind === kind).length;
      if (this.#running.has(_id) || busy >= MOST[kind]) continue;
      const running: Running = { kind, lease: null, done: this.#carryOn(_id, (lease) => (running.lease = lease)) };
      this.#running.set(_id, running);
    }
  }

  async #carryOn(id: string, held: (lease: HeldLease) => void): Promise<void> {
    // The map must know of this run before it can end.
    await Promise.resolve();
    try {
      const lease = await acquireLease(this.app.store, this.#owner, id);
      if (!lease) return;
      held(lease);
      if (this.#stopped) lease.lose();
      const next = this.#stopped ? 0 : await this.#oneTurn(lease);
      const again = await lease.release(next ?? 0);
      if (ENDED.includes(lease.job.state)) await this.#wakeWaiting(lease.job);
      this.#wake(again);
    } catch (error) {
      // The store did not answer: what was not given back is free when its lease has run out.
      this.app.logger.warn({ event: "job_left", job: id, err: error });
    } finally {
      this.#running.delete(id);
    }
  }

  /** Never throws: whatever happens, the lease is given back. */
  async #oneTurn(lease: HeldLease): Promise<number | null> {
    const id = lease.job._id;
    try {
      const next = await tick(this.app, this.workers, lease);
      this.#faults.delete(id);
      return next;
    } catch (error) {
      const faults = (this.#faults.get(id) ?? 0) + (isOurFault(error, lease) ? 1 : 0);
      this.#faults.set(id, faults);
      return delayAfterFailure(this.app, lease, error, faults).catch(() => POLL_MS);
    }
  }

  /** Builds of one tag follow each other: the next need not wait for its time. */
  async #wakeWaiting({ kind, proj }: Job): Promise<void> {
    if (kind !== "BUILD") return;
    await this.app.store.jobs.updateMany(
      { proj, cleanup: "PENDING", kind, state: "QUEUED" },
      { $set: { next_reconcile_at: await this.app.store.now() } },
    );
  }

  async #collect(): Promise<void> {
    try {
      await collectGarbage(this.app);
    } catch (error) {
      const away = error instanceof DomainError && error.code === "RUNTIME_UNAVAILABLE";
      if (!away) this.app.logger.warn({ event: "collection_failed", err: error });
    }
  }
}
