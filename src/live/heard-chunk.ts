import type { LogChunk } from "../jobs/job.js";
import type { Heard } from "./change-feed.js";

/** Something was added to the log of a job, whose id is that of its record. What it is the store has. */
export type HeardChunk = Heard;

/** All of it that the store is asked for: a follower of another log has no use for the text. */
export type Chunk = Pick<LogChunk, "job">;

const FRAME = 128;

export const heardChunk = ({ job }: Chunk): HeardChunk => ({ record: job, bytes: FRAME });
