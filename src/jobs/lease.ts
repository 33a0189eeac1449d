import type { mongo } from "mongoose";
import type { Job, JobState } from "./job.js";

/** An update of a job by its worker. */
export type JobUpdate = Pick<mongo.UpdateFilter<Job>, "$set" | "$inc" | "$unset">;

/** The right to work on a job for a time. */
export interface Lease {
  /** The job as it was last read or written under this lease. */
  readonly job: Job;
  /** Aborted if the lease is lost or this process ends. The worker must then stop and write nothing. */
  readonly signal: AbortSignal;
  /** Aborted if a user cancels the work, or has done so before. */
  readonly cancelRequested: AbortSignal;
  /**
   * Writes if the epoch is still that of the lease and the job has not ended.
   * @param only a further condition, such as `{ desired: "RUN" }`.
   * @throws LeaseLost if a condition fails. The worker must then drop the job.
   */
  write(update: JobUpdate, only?: mongo.Filter<Job>): Promise<Job>;
  /** Writes the final state. Afterwards only the containers are removed. @throws LeaseLost */
  end(state: Extract<JobState, "SUCCEEDED" | "FAILED" | "CANCELLED">, error?: string | null): Promise<"ENDED">;
}

/** The job has another lease, has ended, or does not allow the write. The reconciler drops it without an error. */
export class LeaseLost extends Error {
  constructor(job: string) {
    super(`The lease of ${job} is lost.`);
  }
}
