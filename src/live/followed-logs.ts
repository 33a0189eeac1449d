import { trusted } from "mongoose";
import type { LogChunk } from "../jobs/job.js";
import type { LogPage } from "../jobs/log-page.js";
import { formatLogCursor, invalidLogCursor, LogPosition } from "../jobs/log-position.js";
import { logContent, type LogSlice, type LogStore, readLogSlice } from "../jobs/logs.js";
import { findByIds } from "../store/read-records.js";
import type { Store } from "../store/store.js";

/** Pieces a page, of at most 64 KiB each. */
const PAGE = 16;

/** A page, and whether the end of what is followed is near. */
export interface FollowedPage extends LogPage {
  readonly isNearEnd: boolean;
}

/** The positions up to which the logs of one or several jobs have been told: those of a deployment's revisions, for example. */
export class FollowedLogs {
  #positions: readonly LogPosition[];
  /** True if there are no jobs to come. */
  isClosed = false;

  constructor(
    private readonly store: LogStore,
    positions: readonly LogPosition[],
  ) {
    this.#positions = positions;
  }

  follows(job: string): boolean {
    return this.#positions.some((each) => each.job === job);
  }

  /** Follows another job from its beginning, unless it does already. */
  add(job: string): void {
    if (!this.follows(job)) this.#positions = [...this.#positions, LogPosition.beginningOf(job)];
  }

  /** Yields what follows, one job after the other. */
  async next(): Promise<FollowedPage> {
    const chunks: LogChunk[] = [];
    const parts: LogSlice[] = [];
    for (const from of this.#positions) {
      // Of those behind a full page it is only asked whether there is more.
      const part = await readLogSlice(this.store, from, Math.max(0, PAGE - chunks.length));
      chunks.push(...part.chunks);
      parts.push(part);
    }
    const hasMore = parts.some((each) => each.hasMore);
    const isOver = !hasMore && parts.every(({ end }) => end === "OVER");
    this.#positions = this.#remaining(parts);
    return {
      ...logContent(chunks),
      endCursor: formatLogCursor(this.#positions),
      hasMore,
      ended: isOver && this.isClosed,
      isNearEnd: parts.some(({ end }) => end === "NEAR"),
    };
  }

  /** A job of which all is told is left behind, but for the last, after which the next ones come. */
  #remaining(parts: readonly LogSlice[]): LogPosition[] {
    return parts
      .filter(({ end, hasMore }, at) => hasMore || end !== "OVER" || at === parts.length - 1)
      .map(({ position }) => position);
  }
}

/**
 * The revisions of a deployment whose logs are to be followed: the wanted one, and all that came after those that a
 * client has begun to read.
 * @throws BAD_USER_INPUT if the positions are in logs of something else
 */
export async function revisionsFrom(
  { deployments, deploymentRevisions }: Pick<Store, "deployments" | "deploymentRevisions">,
  deployment: string,
  positions: readonly LogPosition[] | null,
): Promise<string[]> {
  const wanted = (await findByIds(deployments, [deployment])).map(({ revision_id }) => revision_id);
  if (!positions) return wanted;
  const jobs = positions.map(({ job }) => job);
  const known = await findByIds(deploymentRevisions, jobs);
  if (known.length < jobs.length || known.some((each) => each.deployment !== deployment)) throw invalidLogCursor();
  const last = Math.max(...known.map(({ number }) => number));
  const later = await deploymentRevisions
    .find({ deployment, superseded: false, number: trusted({ $gt: last }) }, { number: 1 })
    .lean();
  later.sort((one, other) => one.number - other.number);
  return [...later.map(({ _id }) => _id), ...wanted];
}
