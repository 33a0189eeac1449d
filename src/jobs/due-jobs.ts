import type { Store } from "../store/store.js";
import type { Job } from "./job.js";

/** The jobs that need a tick. */
export interface DueJobs {
  readonly due: readonly Pick<Job, "_id" | "kind">[];
  /** Milliseconds until another job may be due: its time comes, or the lease of its process ends. Infinity if none. */
  readonly nextInMs: number;
}

/** With more jobs than these at a time, those of one kind could hide the others. */
const FEW = 500;
const CROWDED_MS = 1_000;

/** Finds the jobs that are due and free. @param limits the number that is wanted of each kind */
export async function findDueJobs(
  store: Pick<Store, "jobs" | "now">,
  limits: Readonly<Record<Job["kind"], number>>,
): Promise<DueJobs> {
  const now = await store.now();
  const first = await store.jobs
    .find({ cleanup: "PENDING" })
    .project<Pick<Job, "_id" | "kind" | "next_reconcile_at" | "lease">>({ kind: 1, next_reconcile_at: 1, lease: 1 })
    .sort({ next_reconcile_at: 1 })
    .limit(FEW)
    .toArray();
  const dueIn = ({ next_reconcile_at, lease }: Pick<Job, "next_reconcile_at" | "lease">): number =>
    Math.max(next_reconcile_at.getTime(), lease.until.getTime()) - now.getTime();
  const nextInMs = Math.min(...first.map(dueIn).filter((ms) => ms > 0));
  if (first.length < FEW) return { due: first.filter((job) => dueIn(job) <= 0), nextInMs };
  return { due: await dueOfEachKind(store, limits, now), nextInMs: Math.min(nextInMs, CROWDED_MS) };
}

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
