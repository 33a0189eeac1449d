import type { mongo } from "mongoose";
import type { Job, JobState } from "./job.js";

/** The update that a worker may write into a job. */
export type JobUpdate = Pick<mongo.UpdateFilter<Job>, "$set" | "$inc" | "$unset">;

/** A job that this worker may act on, for as long as its lease lasts. */
export interface Hold {
  /** As it was when this worker last read or wrote it. */
  readonly job: Job;
  /** Aborted where the job is not ours any more, or this process ends: stop acting, write nothing. */
  readonly signal: AbortSignal;
  /** Aborted where somebody asked for the end of the work; from the start where they did so before. */
  readonly cancelAsked: AbortSignal;
  /**
   * Writes under the fence: only where the epoch is ours still and the job has not ended.
   * @param only what must hold beside it, as `{ desired: "RUN" }`.
   * @throws LeaseLost if it does not: drop the job; whoever holds it next looks anew.
   */
  write(update: JobUpdate, only?: mongo.Filter<Job>): Promise<Job>;
  /** The last write of a job: it never changes again, but for the removal of its containers. @throws LeaseLost */
  end(state: Extract<JobState, "SUCCEEDED" | "FAILED" | "CANCELLED">, error?: string | null): Promise<"ENDED">;
}

/** The job belongs to somebody else, ended, or its state does not allow the write. The reconciler drops it in silence. */
export class LeaseLost extends Error {
  constructor(job: string) {
    super(`The lease of ${job} is lost.`);
  }
}
