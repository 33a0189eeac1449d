import type { mongo } from "mongoose";
import type { Store } from "../store/store.js";
import type { LogChunk } from "./job.js";
import { LogPosition } from "./log-position.js";

/** The limit of one sweep. The next one goes on. */
const MAX_BATCHES = 20;
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
export async function sweepLogs(store: Logs, before: Date): Promise<void> {
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
