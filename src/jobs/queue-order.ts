import type { Job } from "./job.js";

/** The kinds of jobs that wait for their turn. */
export type QueuedKind = Exclude<Job["kind"], "DEPLOY">;

/** A job of the queue: it waits, or has had its turn and has not ended. */
export interface QueuedJob {
  readonly _id: string;
  readonly proj: string;
  /** Jobs of one project with the same line follow each other: builds of one tag. Null for a job without one. */
  readonly line: string | null;
  readonly waits: boolean;
}

export interface QueueCaps {
  /** The most jobs at a time. */
  readonly all: number;
  ofProject(proj: string): number;
}

/** What keeps a job waiting. */
export type Hindrance = "PROJECT_CAP" | "CAP" | "EARLIER_BUILD";

/** A waiting job. */
export interface Place {
  readonly _id: string;
  /** From 1. */
  readonly place: number;
  /** Null if it may start. */
  readonly hindrance: Hindrance | null;
}

interface Turn {
  readonly job: QueuedJob;
  /** How many jobs of its project are under way when it has its turn. */
  readonly before: number;
  readonly hindrance: Exclude<Hindrance, "CAP"> | null;
}

const byTime = (one: QueuedJob, other: QueuedJob): number => (one._id < other._id ? -1 : 1);

/**
 * Returns the waiting jobs in the order of their turns. Pure.
 *
 * The next turn is that of the project with the fewest jobs under way; of equal ones, that of the project whose last
 * start is longest ago. Within a project the order is that of time.
 * @param lastStarts by project; one that is missing comes first.
 */
export function queueOrder(
  jobs: readonly QueuedJob[],
  caps: QueueCaps,
  lastStarts: ReadonlyMap<string, number>,
): Place[] {
  const turns = [...byProject(jobs)].flatMap(([proj, own]) => turnsOf(own, caps.ofProject(proj)));
  const lastStart = ({ job }: Turn): number => lastStarts.get(job.proj) ?? 0;
  turns.sort(
    (one, other) =>
      Number(one.hindrance !== null) - Number(other.hindrance !== null) ||
      one.before - other.before ||
      lastStart(one) - lastStart(other) ||
      byTime(one.job, other.job),
  );
  const free = caps.all - jobs.filter(({ waits }) => !waits).length;
  return turns.map(({ job: { _id }, hindrance }, at) => ({
    _id,
    place: at + 1,
    hindrance: hindrance ?? (at < free ? null : "CAP"),
  }));
}

function byProject(jobs: readonly QueuedJob[]): Map<string, QueuedJob[]> {
  const found = new Map<string, QueuedJob[]>();
  for (const job of jobs) {
    const own = found.get(job.proj);
    if (own) own.push(job);
    else found.set(job.proj, [job]);
  }
  return found;
}

/** Returns the turns of one project's jobs. Jobs that can start come before those that its cap or another build holds. */
function turnsOf(jobs: readonly QueuedJob[], cap: number): Turn[] {
  const lines = new Set<string>();
  let before = jobs.filter(({ waits }) => !waits).length;
  for (const { waits, line } of jobs) if (!waits && line !== null) lines.add(line);
  return jobs
    .filter(({ waits }) => waits)
    .sort(byTime)
    .map((job) => {
      if (job.line !== null && lines.has(job.line)) return { job, before, hindrance: "EARLIER_BUILD" };
      if (job.line !== null) lines.add(job.line);
      const hindrance = before < cap ? null : "PROJECT_CAP";
      before += 1;
      return { job, before: before - 1, hindrance };
    });
}
