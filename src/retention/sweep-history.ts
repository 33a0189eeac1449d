import type { mongo } from "mongoose";
import type { App } from "../app.js";
import type { LogChunk } from "../jobs/job.js";
import { LogPosition } from "../jobs/log-position.js";
import type { Store } from "../store/store.js";
import { DAY_MS } from "../units.js";

/** Removes logs, jobs and events older than the settings say. Repeatable. */
export async function sweepHistory({ store, settings }: Pick<App, "store" | "settings">): Promise<void> {
  const now = (await store.now()).getTime();
  const since = (days: number): Date => new Date(now - days * DAY_MS);
  const { ROCAS_KEEP_LOGS_DAYS: logs, ROCAS_KEEP_JOBS_DAYS: jobs, ROCAS_KEEP_EVENTS_DAYS: events } = settings;
  if (logs > 0) await sweepLogs(store, since(logs));
  if (jobs > 0) await sweepJobs(store, since(jobs));
  if (events > 0) await sweepEvents(store, since(events));
}

const JOB_BATCH = 500;

/** Removes the jobs that ended before then. Their results are in the records. */
const sweepJobs = ({ jobs }: Pick<Store, "jobs">, before: Date): Promise<void> =>
  removeInBatches(jobs, { cleanup: "DONE", updated_at: { $lt: before } }, { cleanup: 1, updated_at: 1 }, JOB_BATCH);

const EVENT_BATCH = 1_000;

/** Removes the events of changes before then. */
const sweepEvents = ({ events }: Pick<Store, "events">, before: Date): Promise<void> =>
  removeInBatches(events, { at: { $lt: before } }, { at: 1 }, EVENT_BATCH);

/** The limit of one sweep. The next one goes on. */
const MAX_BATCHES = 20;

/**
 * Removes the documents that match, in the order of an index and in batches, so that no command takes long. Several
 * processes may do so: each removal checks the condition again.
 */
async function removeInBatches<T extends { _id: string }>(
  records: mongo.Collection<T>,
  old: mongo.Filter<T>,
  order: mongo.Sort,
  batch: number,
): Promise<void> {
  for (let batches = 0; batches < MAX_BATCHES; batches += 1) {
    const found = await records
      .find(old, { projection: { _id: 1 } })
      .sort(order)
      .limit(batch)
      .toArray();
    if (found.length > 0)
      await records.deleteMany({ ...old, _id: { $in: found.map(({ _id }) => _id) } } as mongo.Filter<T>);
    if (found.length < batch) return;
  }
}

const LOG_BATCH = 500;
const MAX_KEPT_PIECES = 16;
const MAX_KEPT_BYTES = 16 * 1024;
const NOTE = "[What was written before was too old and has been removed.]\n";

// The index serves null, and not `$exists: false`.
const UNMARKED = { kept: null } as unknown as mongo.Filter<LogChunk>;

type Logs = Pick<Store, "jobs" | "logs">;
type Piece = Pick<LogChunk, "_id" | "job" | "slot">;

/**
 * Removes the log pieces written before then. If the work has ended, the end of each log stays, with a note in place of
 * the rest. Several processes may do so at once: the end is marked before anything is removed.
 */
async function sweepLogs(store: Logs, before: Date): Promise<void> {
  for (let batches = 0; batches < MAX_BATCHES; batches += 1) {
    const old = await store.logs
      .find({ ...UNMARKED, at: { $lt: before } }, { projection: { job: 1, slot: 1 } })
      .sort({ kept: 1, at: 1 })
      .limit(LOG_BATCH)
      .toArray();
    if (old.length === 0) return;
    const going = await jobsUnderWay(store, old);
    for (const { job, slot } of eachOnce(old))
      if (going.has(job)) await removeOld(store, { job, slot, before });
      else await keepEnd(store, job, slot, before);
    if (old.length < LOG_BATCH) return;
  }
}

async function jobsUnderWay({ jobs }: Logs, pieces: readonly Piece[]): Promise<ReadonlySet<string>> {
  const ids = [...new Set(pieces.map(({ job }) => job))];
  const found = await jobs.find({ _id: { $in: ids }, cleanup: "PENDING" }, { projection: { _id: 1 } }).toArray();
  return new Set(found.map(({ _id }) => _id));
}

const eachOnce = (pieces: readonly Piece[]): Piece[] => [
  ...new Map(pieces.map((each) => [`${each.job} ${each.slot}`, each])).values(),
];

interface Range {
  readonly job: string;
  readonly slot: number;
  readonly before: Date;
  /** The id of the first piece that stays. */
  readonly until?: string;
}

async function removeOld({ logs }: Logs, { job, slot, before, until }: Range): Promise<void> {
  const [first, last] = LogPosition.beginningOf(job).following(slot);
  await logs.deleteMany({ job, _id: { $gt: first, $lt: until ?? last }, at: { $lt: before } });
}

async function keepEnd(store: Logs, job: string, slot: number, before: Date): Promise<void> {
  const { logs } = store;
  const [first, last] = LogPosition.beginningOf(job).following(slot);
  const pieces = await logs
    .find({ job, _id: { $gt: first, $lt: last } })
    .sort({ job: -1, _id: -1 })
    .limit(MAX_KEPT_PIECES + 1)
    .toArray();
  const end = endOf(pieces);
  const oldest = end.at(-1);
  if (!oldest) return;
  const isCut = pieces.length > end.length;
  if (isCut && !oldest.kept)
    await logs.updateOne({ _id: oldest._id, ...UNMARKED }, { $set: { kept: true, text: NOTE + oldest.text } });
  await logs.updateMany({ _id: { $in: end.map(({ _id }) => _id) } }, { $set: { kept: true } });
  await removeOld(store, { job, slot, before, until: oldest._id });
}

/** Returns the pieces that stay, newest first: marked ones, or as many as fit. */
function endOf(pieces: readonly LogChunk[]): readonly LogChunk[] {
  const marked = pieces.findLastIndex(({ kept }) => kept);
  if (marked >= 0) return pieces.slice(0, marked + 1);
  let bytes = 0;
  const tooMuch = pieces.findIndex(({ text }, at) => {
    bytes += Buffer.byteLength(text);
    return at === MAX_KEPT_PIECES || (at > 0 && bytes > MAX_KEPT_BYTES);
  });
  return tooMuch < 0 ? pieces : pieces.slice(0, tooMuch);
}
