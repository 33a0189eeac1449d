import type { App } from "../app.js";
import { findByIds } from "../store/read-records.js";
import { type Job, UNDER_WAY } from "./job.js";
import { type Place, type QueueCaps, type QueuedJob, type QueuedKind, queueOrder } from "./queue-order.js";

/** The jobs of one kind that wait or are under way. */
export interface Queue {
  readonly caps: QueueCaps;
  readonly jobs: readonly SeatedJob[];
  /** The waiting ones, in the order of their turns. */
  readonly places: readonly Place[];
}

interface SeatedJob extends QueuedJob {
  readonly seat: string | null;
  readonly projectSeat: string | null;
  /** The time at which it was asked for. */
  readonly asked: Date;
  /** What the engine lacks, as the job last met it. */
  readonly reason: string | null;
  /** The time since which the engine lacks that. */
  readonly since: Date;
}

export const QUEUED_KINDS: readonly QueuedKind[] = ["BUILD", "TRAIN"];

/** With more jobs than these, those asked for last have no place yet. */
const MOST = 20_000;
/** Projects that had no turn among so many count as never served. */
const LAST_STARTS = 200;

type QueueApp = Pick<App, "store" | "settings">;

/** Reads the queue of a kind: one find, and two more if jobs wait. */
export async function readQueue(app: QueueApp, kind: QueuedKind): Promise<Queue> {
  const found = await app.store.jobs
    .find({ kind, state: { $in: [...UNDER_WAY] } })
    .project<Found>(FIELDS)
    .sort({ _id: 1 })
    .limit(MOST)
    .batchSize(MOST)
    .toArray();
  const jobs = found.map(
    ({ _id, proj, state, spec, seat = null, project_seat = null, created_at, reason_since, reason = null }) => ({
      _id,
      proj,
      line: spec.tag ?? null,
      waits: state === "QUEUED",
      seat,
      projectSeat: project_seat,
      asked: created_at,
      since: reason_since ?? created_at,
      reason,
    }),
  );
  const projects = [...new Set(jobs.filter(({ waits }) => waits).map(({ proj }) => proj))];
  const caps = await capsOf(app, kind, projects);
  const lastStarts = projects.length > 1 ? await lastStartsOf(app, kind) : new Map<string, number>();
  return { caps, jobs, places: queueOrder(jobs, caps, lastStarts) };
}

type Found = Pick<
  Job,
  "_id" | "proj" | "state" | "seat" | "project_seat" | "created_at" | "reason" | "reason_since"
> & {
  readonly spec: { readonly tag?: string };
};

const FIELDS = {
  proj: 1,
  state: 1,
  "spec.tag": 1,
  seat: 1,
  project_seat: 1,
  created_at: 1,
  reason_since: 1,
  reason: 1,
};

async function capsOf({ store, settings }: QueueApp, kind: QueuedKind, projects: string[]): Promise<QueueCaps> {
  const isBuild = kind === "BUILD";
  const { others, named } = isBuild ? settings.ROCAS_PROJECT_BUILDS : settings.ROCAS_PROJECT_TRAININGS;
  const found = named.size > 0 && projects.length > 0 ? await findByIds(store.projects, projects) : [];
  const caps = new Map(found.map(({ _id, name }) => [_id, named.get(name) ?? others]));
  return {
    all: isBuild ? settings.ROCAS_MAX_BUILDS : settings.ROCAS_MAX_TRAININGS,
    ofProject: (proj) => caps.get(proj) ?? others,
  };
}

async function lastStartsOf({ store }: QueueApp, kind: QueuedKind): Promise<Map<string, number>> {
  const found = await store.jobs
    .find({ kind, started_at: { $gt: new Date(0) } })
    .project<{ proj: string; started_at: Date }>({ proj: 1, started_at: 1 })
    .sort({ started_at: -1 })
    .limit(LAST_STARTS)
    .toArray();
  // Reversed: the latest of a project counts.
  return new Map(found.reverse().map(({ proj, started_at }) => [proj, started_at.getTime()]));
}
