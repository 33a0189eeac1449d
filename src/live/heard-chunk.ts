import type { LogChunk } from "../jobs/job.js";
import type { Heard } from "./change-feed.js";

const FRAME = 256;

/** A piece of a log that has been kept. */
export interface HeardChunk extends Heard {
  readonly chunk: LogChunk;
}

export const heardChunk = (chunk: LogChunk): HeardChunk => ({
  chunk,
  bytes: FRAME + 2 * chunk.text.length,
});
