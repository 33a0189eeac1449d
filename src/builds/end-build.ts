import type { App } from "../app.js";
import type { Lease } from "../jobs/lease.js";
import { temporaryTag } from "./image-names.js";

/** Ends the job once nothing of its attempts is left on the engine but what a build version keeps. @throws LeaseLost, RUNTIME_UNAVAILABLE */
export async function endBuild(
  { imageBuilder }: Pick<App, "imageBuilder">,
  lease: Lease,
  state: "SUCCEEDED" | "FAILED" | "CANCELLED",
  error: string | null = null,
): Promise<"ENDED"> {
  for (let attempt = 1; attempt <= lease.job.attempt; attempt += 1)
    await imageBuilder.untag(temporaryTag(lease.job, attempt));
  return lease.end(state, error);
}
