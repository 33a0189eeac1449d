import type { App } from "../app.js";
import { appendLog, maskSecrets } from "../jobs/append-log.js";
import type { Lease } from "../jobs/lease.js";
import { writeTask } from "../jobs/write-task.js";
import { printable } from "../text/printable.js";
import { MIB } from "../units.js";
import { shareOfSteps } from "./step-line.js";

const FLUSH_MS = 1_000;
const CHUNK_LENGTH = 48 * 1024;
/** Characters kept between two flushes; a build that writes more loses the rest. */
const MAX_PENDING = 4 * MIB;
const TRUNCATED = "\n[What came next in that second is left out.]\n";
const TAIL_LENGTH = 8 * 1024;
/** The steps' share of the progress; the rest is registry and record. */
const STEPS_SHARE = 0.9;

/** The log and the progress of one attempt, written in chunks while it runs. */
export class BuildLog implements AsyncDisposable {
  private readonly failure = new AbortController();
  private readonly timer: NodeJS.Timeout;
  private seq: number;
  private pending = "";
  private lastText = "";
  private progress: number;
  private flushing: Promise<void> = Promise.resolve();

  constructor(
    private readonly app: App,
    private readonly lease: Lease,
    private readonly secrets: readonly string[],
  ) {
    this.seq = lease.job.log_seq;
    this.progress = lease.job.progress;
    this.timer = setInterval(
      () => void this.scheduleFlush(false).catch((error: unknown) => this.failure.abort(error)),
      FLUSH_MS,
    );
  }

  /** Aborted if the log cannot be written: no lease, or no store. */
  get broken(): AbortSignal {
    return this.failure.signal;
  }

  /** Returns the last whole lines, masked, in at most `maxLength` characters. */
  tail(maxLength: number): string {
    const text = this.masked(this.lastText).trim();
    if (text.length <= maxLength) return text;
    const end = text.slice(-maxLength);
    return end.slice(end.indexOf("\n") + 1);
  }

  /** Returns the text without secrets and control characters. */
  masked(text: string): string {
    return maskSecrets(printable(text), this.secrets);
  }

  readonly append = (text: string): void => {
    this.lastText = (this.lastText + text).slice(-TAIL_LENGTH);
    const room = MAX_PENDING - this.pending.length;
    if (room > 0) this.pending += text.length < room ? text : text.slice(0, room) + TRUNCATED;
    this.progress = Math.max(this.progress, STEPS_SHARE * shareOfSteps(text));
  };

  /** Writes the rest. Call it before the job ends: nothing is written after. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.scheduleFlush(true);
  }

  /** Drops the rest: if nothing called `close`, the lease is lost. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.timer);
    await this.flushing.catch(() => undefined);
  }

  private scheduleFlush(all: boolean): Promise<void> {
    this.flushing = this.flushing.then(() => this.flush(all));
    return this.flushing;
  }

  private async flush(all: boolean): Promise<void> {
    const { job } = this.lease;
    const before = this.seq;
    for (let text = this.takeText(all); text; text = this.takeText(all)) {
      const piece = { job: job._id, slot: 0, attempt: job.attempt, seq: this.seq, text };
      await appendLog(this.app.store, piece, this.secrets);
      this.seq += 1;
    }
    if (this.seq === before && this.progress === job.progress) return;
    await writeTask(this.app, await this.lease.write({ $set: { log_seq: this.seq, progress: this.progress } }));
  }

  /** Takes whole lines if it can, so that no secret is cut in two. */
  private takeText(all: boolean): string {
    const window = this.pending.slice(0, CHUNK_LENGTH);
    const whole = all && this.pending.length <= CHUNK_LENGTH;
    const line = window.lastIndexOf("\n") + 1;
    const end = whole ? window.length : line || (window.length === CHUNK_LENGTH ? CHUNK_LENGTH : 0);
    this.pending = this.pending.slice(end);
    return window.slice(0, end);
  }
}
