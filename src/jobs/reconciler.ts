import { randomUUID } from "node:crypto";
import type { App } from "../app.js";
import { DomainError } from "../errors.js";
import { jittered } from "../jitter.js";
import { MINUTE_MS } from "../units.js";
import { collectGarbage } from "./collect-garbage.js";
import { type DueJobs, findDueJobs } from "./due-jobs.js";
import { acquireLease, type HeldLease } from "./held-lease.js";
import { ENDED, type Job } from "./job.js";
import { delayAfterFailure, isOurFault, tick, type WorkerSet } from "./tick.js";
import { wakeJob } from "./write-job.js";
import { Alarm } from "./alarm.js";

export interface Reconciler {
  /** Looks for work at once. A named job becomes due, and its tick under way here reads it again. */
  wake(job?: string): void;
  /** Looks for work after these milliseconds, or earlier. */
  lookWithin(ms: number): void;
  /** Resolves when no job is due and none runs here. For tests. */
  settled(): Promise<void>;
  /** Takes no more jobs, and aborts and releases those under way. Containers run on. */
  stop(): Promise<void>;
}

/**
 * The least pause before a look for jobs of other processes, after a failed look, and after the lease of a due job was
 * not to be had. Jobs that this process released are looked for at their time.
 */
const RETRY_MS = 1_000;
/** Every job is looked for at its time. This finds those that another process made and cannot take. */
const MAX_PAUSE_MS = 30_000;
/** A tick that takes longer to end is abandoned. */
const DRAIN_MS = 20_000;
const COLLECT_MS = MINUTE_MS;
/** Ticks in parallel. A build is one long tick: those under way must leave some for builds that wait. */
const MAX_TICKS: Readonly<Record<Job["kind"], number>> = { BUILD: 4, TRAIN: 32, DEPLOY: 32 };

interface Running {
  readonly kind: Job["kind"];
  lease: HeldLease | null;
  readonly done: Promise<void>;
}

/** Reconciles the jobs that are due. Several processes may share a store. */
export function startReconciler(app: App, workers: WorkerSet): Reconciler {
  const reconciler = new JobReconciler(app, workers);
  reconciler.wake();
  return reconciler;
}

class JobReconciler implements Reconciler {
  private readonly owner = randomUUID();
  private readonly maxTicks: typeof MAX_TICKS;
  private readonly running = new Map<string, Running>();
  private readonly faults = new Map<string, number>();
  private readonly collectionTimer: NodeJS.Timeout;
  private collection: Promise<void>;
  private readonly alarm = new Alarm(() => void this.runPass());
  private pass: Promise<void> | null = null;
  private stopped = false;

  constructor(
    private readonly app: App,
    private readonly workers: WorkerSet,
  ) {
    this.maxTicks = { ...MAX_TICKS, BUILD: MAX_TICKS.BUILD + app.settings.ROCAS_MAX_BUILDS };
    this.collectionTimer = setInterval(() => (this.collection = this.collect()), COLLECT_MS);
    // At the start too: a server may be killed before each interval.
    this.collection = this.collect();
  }

  wake(job?: string): void {
    if (this.stopped) return;
    if (job) void this.wakeNow(job).catch(() => undefined);
    this.schedule(0);
  }

  lookWithin(ms: number): void {
    this.schedule(ms);
  }

  async settled(): Promise<void> {
    while (!this.stopped) {
      await this.runPass();
      if (this.running.size === 0 && (await this.findDue()).due.length === 0) return;
      if (this.running.size > 0) await Promise.race([...this.running.values()].map(({ done }) => done));
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.alarm.stop();
    clearInterval(this.collectionTimer);
    await this.pass;
    for (const { lease } of this.running.values()) lease?.lose();
    const done = Promise.all([this.collection, ...[...this.running.values()].map((each) => each.done)]);
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([done, new Promise((resolve) => (timer = setTimeout(resolve, DRAIN_MS)))]);
    clearTimeout(timer);
    // A slow tick can no longer write: other processes may take its job.
    await Promise.allSettled([...this.running.values()].map(({ lease }) => lease?.release(0)));
  }

  /** A tick under way here learns of a cancellation by the renewal. */
  private async wakeNow(id: string): Promise<void> {
    await wakeJob(this.app.store, id);
    await this.running.get(id)?.lease?.renew();
    this.schedule(0);
  }

  private schedule(ms: number): void {
    // A little late: a job not yet due would be looked for again.
    this.alarm.within(ms + 5);
  }

  /** Runs one pass at a time. A call during a pass waits. */
  private async runPass(): Promise<void> {
    while (this.pass) await this.pass;
    if (this.stopped) return;
    this.pass = this.lookForWork()
      .then((nextInMs) => this.schedule(nextInMs))
      .catch((error: unknown) => {
        this.app.logger.warn({ event: "jobs_unread", err: error });
        this.schedule(RETRY_MS);
      })
      .finally(() => (this.pass = null));
    await this.pass;
  }

  private findDue(): Promise<DueJobs> {
    return findDueJobs(this.app.store, this.maxTicks);
  }

  /** Starts the ticks that are due. Returns the milliseconds until the next look. */
  private async lookForWork(): Promise<number> {
    const { due, nextInMs } = await this.findDue();
    for (const { _id, kind } of due) {
      const busy = [...this.running.values()].filter((each) => each.kind === kind).length;
      if (this.running.has(_id) || busy >= this.maxTicks[kind]) continue;
      const running: Running = { kind, lease: null, done: this.runJob(_id, (lease) => (running.lease = lease)) };
      this.running.set(_id, running);
    }
    return Math.min(Math.max(nextInMs, RETRY_MS), jittered(MAX_PAUSE_MS));
  }

  private async runJob(id: string, onLease: (lease: HeldLease) => void): Promise<void> {
    // The map must have this run before the run can end.
    await Promise.resolve();
    let nextInMs = RETRY_MS;
    try {
      const lease = await acquireLease(this.app.store, this.owner, id);
      if (!lease) return;
      onLease(lease);
      if (this.stopped) lease.lose();
      const next = this.stopped ? 0 : await this.runTick(lease);
      nextInMs = await lease.release(next ?? 0);
      if (ENDED.includes(lease.job.state)) await this.wakeWaitingBuilds(lease.job);
    } catch (error) {
      // The store did not answer. The lease expires by itself.
      this.app.logger.warn({ event: "job_left", job: id, err: error });
    } finally {
      this.running.delete(id);
      // Also for jobs that waited for this tick to end.
      this.schedule(nextInMs);
    }
  }

  /** Never throws, so that the lease is always released. */
  private async runTick(lease: HeldLease): Promise<number | null> {
    const id = lease.job._id;
    try {
      const next = await tick(this.app, this.workers, lease);
      this.faults.delete(id);
      return next;
    } catch (error) {
      const faults = (this.faults.get(id) ?? 0) + (isOurFault(error, lease) ? 1 : 0);
      this.faults.set(id, faults);
      return delayAfterFailure(this.app, lease, error, faults).catch(() => RETRY_MS);
    }
  }

  /** Wakes the builds that wait for this one to end. */
  private async wakeWaitingBuilds({ kind, proj }: Job): Promise<void> {
    if (kind !== "BUILD") return;
    await this.app.store.jobs.updateMany(
      { proj, cleanup: "PENDING", kind, state: "QUEUED" },
      { $set: { next_reconcile_at: await this.app.store.now() } },
    );
  }

  private async collect(): Promise<void> {
    try {
      await collectGarbage(this.app);
    } catch (error) {
      const isAway = error instanceof DomainError && error.code === "RUNTIME_UNAVAILABLE";
      if (!isAway) this.app.logger.warn({ event: "collection_failed", err: error });
    }
  }
}
