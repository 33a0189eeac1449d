import type { LogChunk } from "../jobs/job.js";
import type { Heard } from "./change-feed.js";

/** All of it that the store is asked for: a follower of another log has no use for the text. */
export type Chunk = Pick<LogChunk, "job">;

const FRAME = 128;

export const heardChunk = ({ job }: Chunk): Heard => ({ record: job, bytes: FRAME });
