import type { Store } from "../store/store.js";
import type { Job } from "./job.js";

/** The jobs that need a tick. */
export interface DueJobs {
  readonly due: readonly Pick<Job, "_id" | "kind">[];
  /** Milliseconds until another job may be due: its time comes, or the lease of its process ends. Infinity if none. */
  readonly nextInMs: number;
}

/** Mostly, few jobs are due at a time: the soonest of them are enough. */
const FEW = 16;
/** With more jobs than these at a time, those of one kind could hide the others. */
const MANY = 500;
const CROWDED_MS = 1_000;

/** Finds the jobs that are due and free. @param limits the number that is wanted of each kind */
export async function findDueJobs(
  store: Pick<Store, "jobs" | "now">,
  limits: Readonly<Record<Job["kind"], number>>,
): Promise<DueJobs> {
  const now = await store.now();
  const few = await soonest(store, FEW);
  const hasAll = few.length < FEW || few.at(-1)!.next_reconcile_at > now;
  const first = hasAll ? few : await soonest(store, MANY);
  const dueIn = ({ next_reconcile_at, lease }: SoonJob): number =>
    Math.max(next_reconcile_at.getTime(), lease.until.getTime()) - now.getTime();
  const nextInMs = Math.min(...first.map(dueIn).filter((ms) => ms > 0));
  if (hasAll || first.length < MANY) return { due: first.filter((job) => dueIn(job) <= 0), nextInMs };
  return { due: await dueOfEachKind(store, limits, now), nextInMs: Math.min(nextInMs, CROWDED_MS) };
}

type SoonJob = Pick<Job, "_id" | "kind" | "next_reconcile_at" | "lease">;

/** Returns the jobs whose time comes first, whether or not they are leased. */
const soonest = ({ jobs }: Pick<Store, "jobs">, limit: number): Promise<SoonJob[]> =>
  jobs
    .find({ cleanup: "PENDING" })
    .project<SoonJob>({ kind: 1, next_reconcile_at: 1, lease: 1 })
    .sort({ next_reconcile_at: 1 })
    .limit(limit)
    .toArray();

async function dueOfEachKind(
  { jobs }: Pick<Store, "jobs">,
  limits: Readonly<Record<Job["kind"], number>>,
  now: Date,
): Promise<Pick<Job, "_id" | "kind">[]> {
  const found = await Promise.all(
    (Object.keys(limits) as Job["kind"][]).map((kind) =>
      jobs
        .find({ cleanup: "PENDING", next_reconcile_at: { $lte: now }, kind, "lease.until": { $lte: now } })
        .project<Pick<Job, "_id" | "kind">>({ kind: 1 })
        .sort({ next_reconcile_at: 1 })
        .limit(limits[kind])
        .toArray(),
    ),
  );
  return found.flat();
}
