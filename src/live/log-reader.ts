import { trusted } from "mongoose";
import type { LogChunk } from "../jobs/job.js";
import type { LogPage } from "../jobs/log-page.js";
import { formatLogCursor, invalidLogCursor, LogPosition } from "../jobs/log-position.js";
import { logContent, type LogSlice, type LogStore, readLogSlice } from "../jobs/read-log.js";
import { findByIds } from "../store/read-records.js";
import type { Store } from "../store/store.js";

/** In pieces, of at most 64 KiB each. */
const PAGE_SIZE = 16;
/** The end of a log shows so much later at most. */
const MAX_IDLE_AGE_MS = 2_500;

/** A page, what follows it, and what is known of the jobs. Readers at the same place get the same object. */
interface LogReading {
  readonly page: LogPage;
  readonly positions: readonly LogPosition[];
  /** True if a job has ended and only its clean-up is left. */
  readonly isNearEnd: boolean;
}

/** Reads logs for all subscriptions: those at the same place share the read. */
export class LogPages {
  private readonly readings = new Map<string, Promise<LogReading>>();

  /** @param moment that of the feeds by which readers are woken: a read from an earlier one may lack the news. */
  constructor(
    private readonly store: LogStore,
    private readonly moment: () => number,
  ) {}

  /**
   * Returns the page after the positions. The jobs follow one another.
   * @param isClosed true if no job will be added
   */
  after(positions: readonly LogPosition[], isClosed: boolean): Promise<LogReading> {
    const place = `${this.moment()} ${isClosed} ${positions.join(";")}`;
    const known = this.readings.get(place);
    if (known) return known;
    const reading = this.read(positions, isClosed);
    this.readings.set(place, reading);
    const forget = () => this.readings.delete(place);
    reading.then(
      // Readers without news ask by the clock, each at another time.
      ({ page, isNearEnd }) =>
        page.chunks.length > 0 || isNearEnd ? forget() : setTimeout(forget, MAX_IDLE_AGE_MS).unref(),
      forget,
    );
    return reading;
  }

  private async read(positions: readonly LogPosition[], isClosed: boolean): Promise<LogReading> {
    const chunks: LogChunk[] = [];
    const slices: LogSlice[] = [];
    for (const from of positions) {
      // If the page is full, this only asks if there is more.
      const slice = await readLogSlice(this.store, from, Math.max(0, PAGE_SIZE - chunks.length));
      chunks.push(...slice.chunks);
      slices.push(slice);
    }
    const hasMore = slices.some((each) => each.hasMore);
    const isOver = !hasMore && slices.every(({ end }) => end === "OVER");
    const following = remaining(slices);
    return {
      page: {
        ...logContent(chunks),
        endCursor: formatLogCursor(following),
        hasMore,
        ended: isOver && isClosed,
      },
      positions: following,
      isNearEnd: slices.some(({ end }) => end === "NEAR"),
    };
  }
}

/** Drops the jobs that are read to their end, but the last. */
const remaining = (slices: readonly LogSlice[]): LogPosition[] =>
  slices
    .filter(({ end, hasMore }, at) => hasMore || end !== "OVER" || at === slices.length - 1)
    .map(({ position }) => position);

/** Reads the logs of several jobs, such as a deployment's revisions. */
export class LogReader {
  private positions: readonly LogPosition[];
  /** True if no job will be added. */
  isClosed = false;

  constructor(
    private readonly pages: LogPages,
    positions: readonly LogPosition[],
  ) {
    this.positions = positions;
  }

  reads(job: string): boolean {
    return this.positions.some((each) => each.job === job);
  }

  /** Adds a job from the beginning of its log. Repeatable. */
  add(job: string): void {
    if (!this.reads(job)) this.positions = [...this.positions, LogPosition.beginningOf(job)];
  }

  async next(): Promise<LogReading> {
    const reading = await this.pages.after(this.positions, this.isClosed);
    this.positions = reading.positions;
    return reading;
  }
}

/**
 * Returns the revisions of a deployment whose logs are to be read: the desired one, and all after those that the client
 * has begun to read.
 * @throws BAD_USER_INPUT if a position is not in a log of the deployment
 */
export async function revisionsFrom(
  { deployments, deploymentRevisions }: Pick<Store, "deployments" | "deploymentRevisions">,
  deployment: string,
  positions: readonly LogPosition[] | null,
): Promise<string[]> {
  const desired = (await findByIds(deployments, [deployment])).map(({ revision_id }) => revision_id);
  if (!positions) return desired;
  const jobs = positions.map(({ job }) => job);
  const known = await findByIds(deploymentRevisions, jobs);
  if (known.length < jobs.length || known.some((each) => each.deployment !== deployment)) throw invalidLogCursor();
  const last = Math.max(...known.map(({ number }) => number));
  const later = await deploymentRevisions
    .find({ deployment, superseded: false, number: trusted({ $gt: last }) }, { number: 1 })
    .lean();
  later.sort((one, other) => one.number - other.number);
  return [...later.map(({ _id }) => _id), ...desired];
}
