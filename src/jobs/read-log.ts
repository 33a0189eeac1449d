import { DomainError } from "../errors.js";
import { kindOf } from "../graph/id.js";
import { hasEnded, type TaskState } from "../graph/task.js";
import type { Store } from "../store/store.js";
import { DAY_MS } from "../units.js";
import { ENDED, type Job, type LogChunk } from "./job.js";
import type { LogPage } from "./log-page.js";
import { formatLogCursor, invalidLogCursor, LogPosition, parseLogCursor } from "./log-position.js";

const MAX_PIECES = 100;

/** The collections from which logs are read. */
export type LogStore = Pick<Store, "jobs" | "logs" | "byKind">;

export interface LogRange {
  /** The `endCursor` of the page before. */
  readonly after?: string | null | undefined;
  /** The number of pieces at most. */
  readonly first: number;
}

/**
 * Returns a page of the log of a job: one slot after the other, each in the order of writing.
 * @throws BAD_USER_INPUT if the cursor is of another log or the page too large
 */
export async function readLog(store: LogStore, job: string, { after, first }: LogRange): Promise<LogPage> {
  if (first < 1 || first > MAX_PIECES)
    throw new DomainError("BAD_USER_INPUT", `A page of a log has 1 to ${MAX_PIECES} pieces.`, ["first"]);
  const from = after ? parseLogCursor(after).find((each) => each.job === job) : LogPosition.beginningOf(job);
  if (!from) throw invalidLogCursor();
  const { chunks, position, hasMore, end } = await readLogSlice(store, from, first);
  return {
    ...logContent(chunks),
    endCursor: after || !position.isBeginning ? formatLogCursor([position]) : null,
    hasMore,
    ended: !hasMore && end === "OVER",
  };
}

export const logContent = (chunks: readonly LogChunk[]): Pick<LogPage, "chunks" | "text"> => ({
  chunks: chunks.map(({ at, slot, attempt, text }) => ({ at, slot, attempt, text })),
  text: chunks.map(({ text }) => text).join(""),
});

export interface LogSlice {
  readonly chunks: readonly LogChunk[];
  /** The position after the last chunk. */
  readonly position: LogPosition;
  readonly hasMore: boolean;
  /** OVER if the log is complete; NEAR during the clean-up of the job. */
  readonly end: "NONE" | "NEAR" | "OVER";
}

/** Returns the pieces after a position. */
export async function readLogSlice(store: LogStore, from: LogPosition, limit: number): Promise<LogSlice> {
  const { jobs, logs } = store;
  // The state comes first: if the job has ended, the chunks are complete.
  const state = await jobs.findOne({ _id: from.job }, { projection: { state: 1, cleanup: 1, "slots.attempt": 1 } });
  const found: LogChunk[] = [];
  const slots = state ? slotsOf(state) : await logs.distinct("slot", { job: from.job });
  for (const slot of slots) {
    const [after, before] = from.following(slot);
    const left = limit + 1 - found.length;
    if (left <= 0) break;
    found.push(
      ...(await logs
        .find({ job: from.job, _id: { $gt: after, $lt: before } })
        .sort({ job: 1, _id: 1 })
        .limit(left)
        .toArray()),
    );
  }
  const chunks = found.slice(0, limit);
  return {
    chunks,
    position: from.after(chunks),
    hasMore: found.length > limit,
    end: state ? endOf(state) : await endWithoutJob(store, from.job),
  };
}

/** The job is not made yet, or was removed after its end. */
async function endWithoutJob({ byKind }: LogStore, id: string): Promise<LogSlice["end"]> {
  const kind = kindOf(id);
  if (!kind) return "NONE";
  const record = await byKind[kind].findOne({ _id: id }).lean<{ task?: { state: TaskState }; created_at: Date }>();
  // The id of a revision is known before the revision is made.
  if (!record) return "NONE";
  // A revision has no task. Its job is made right after it, so an old revision without a job is over.
  if (!record.task) return Date.now() - record.created_at.getTime() > DAY_MS ? "OVER" : "NONE";
  return hasEnded(record.task.state) ? "OVER" : "NONE";
}

type Seen = Pick<Job, "state" | "cleanup" | "slots">;

/** Returns the slots that may have a log. A build has no slots; its log counts as that of slot 0. */
function slotsOf(job: Seen): number[] {
  const begun = job.slots.flatMap(({ attempt }, slot) => (attempt > 0 ? [slot] : []));
  return begun.includes(0) ? begun : [0, ...begun];
}

function endOf(job: Seen): LogSlice["end"] {
  if (!ENDED.includes(job.state)) return "NONE";
  return job.cleanup === "DONE" ? "OVER" : "NEAR";
}
