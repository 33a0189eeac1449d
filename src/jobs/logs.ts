import { DomainError } from "../errors.js";
import { printable } from "../runtime/printable.js";
import { isDuplicateKey } from "../store/duplicate-key.js";
import type { Store } from "../store/store.js";
import { ENDED, type Job } from "./job.js";
import type { LogPage } from "./log-page.js";
import { maskSecrets } from "./mask-secrets.js";

export const MOST_CHUNK_BYTES = 64 * 1024;
export const MOST_JOB_BYTES = 64 * 1024 * 1024;
const MOST_PAGE = 100;
const FULL = "\n[The log ends here: it has reached 64 MiB.]\n";

/** A piece of what a container, a build or the reconciler wrote. */
export interface LogPiece {
  readonly job: string;
  readonly slot: number;
  readonly attempt: number;
  /** Counted by the writer within the attempt. */
  readonly seq: number;
  readonly text: string;
}

const padded = (number: number, digits: number): string => String(number).padStart(digits, "0");
const chunkId = ({ job, slot, attempt, seq }: LogPiece): string =>
  [job, padded(slot, 4), padded(attempt, 6), padded(seq, 9)].join(".");

/** At most that many bytes of UTF-8, never half a character. */
function cut(text: string, bytes: number): string {
  const whole = Buffer.from(text);
  if (whole.length <= bytes) return text;
  let end = bytes;
  while (end > 0 && ((whole[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return whole.subarray(0, end).toString();
}

/**
 * Keeps a piece of a log, without control sequences and secrets, and never more of it than the store can bear: what is
 * beyond 64 KiB a piece and 64 MiB a job is dropped, and the log says so once. A repeated call changes nothing.
 */
export async function appendLog(
  { jobs, logs }: Pick<Store, "jobs" | "logs">,
  piece: LogPiece,
  secrets: readonly string[] = [],
): Promise<void> {
  const text = cut(maskSecrets(printable(piece.text), secrets), MOST_CHUNK_BYTES);
  if (!text) return;
  const size = Buffer.byteLength(text);
  const before = await jobs.findOneAndUpdate(
    { _id: piece.job, log_bytes: { $lt: MOST_JOB_BYTES } },
    { $inc: { log_bytes: size } },
    { returnDocument: "before", projection: { log_bytes: 1 } },
  );
  if (!before) return;
  const { job, slot, attempt, seq } = piece;
  const full = before.log_bytes + size >= MOST_JOB_BYTES;
  try {
    await logs.insertOne({
      _id: chunkId(piece),
      job,
      slot,
      attempt,
      seq,
      at: new Date(),
      text: full ? text + FULL : text,
    });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
}

export interface LogRange {
  /** Where the page before this one ended. */
  readonly after?: string | null | undefined;
  /** How many chunks. */
  readonly first: number;
}

/**
 * A page of the log of a job, in the order in which it was written.
 * @throws BAD_USER_INPUT on a cursor of another log, or a page out of bounds
 */
export async function readLog(
  { jobs, logs }: Pick<Store, "jobs" | "logs">,
  job: string,
  { after, first }: LogRange,
): Promise<LogPage> {
  if (first < 1 || first > MOST_PAGE)
    throw new DomainError("BAD_USER_INPUT", `A page of a log has 1 to ${MOST_PAGE} pieces.`, ["first"]);
  const from = after ? positionOf(job, after) : job;
  // The state is read before the chunks: nothing is written after the end, so that what follows is all there is.
  const state = await jobs.findOne({ _id: job }, { projection: { state: 1, cleanup: 1 } });
  const found = await logs
    .find({ job, _id: { $gt: from } })
    .sort({ job: 1, _id: 1 })
    .limit(first + 1)
    .toArray();
  const chunks = found.slice(0, first);
  const last = chunks.at(-1);
  const hasMore = found.length > first;
  return {
    chunks: chunks.map(({ at, slot, attempt, text }) => ({ at, slot, attempt, text })),
    text: chunks.map(({ text }) => text).join(""),
    endCursor: last ? cursorOf(last._id) : (after ?? null),
    hasMore,
    ended: !hasMore && isOver(state),
  };
}

const isOver = (job: Pick<Job, "state" | "cleanup"> | null): boolean =>
  job !== null && ENDED.includes(job.state) && job.cleanup === "DONE";

const cursorOf = (chunk: string): string => Buffer.from(chunk).toString("base64url");

function positionOf(job: string, cursor: string): string {
  const position = cursor.length <= 128 ? Buffer.from(cursor, "base64url").toString() : "";
  if (!position.startsWith(`${job}.`) || cursorOf(position) !== cursor)
    throw new DomainError("BAD_USER_INPUT", "The cursor is not one of this log.", ["after"]);
  return position;
}
