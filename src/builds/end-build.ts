import type { App } from "../app.js";
import type { Hold } from "../jobs/hold.js";
import { temporaryTag } from "./image-names.js";

/** Ends the job once nothing of its attempts is left on the engine but what a build version keeps. @throws LeaseLost, RUNTIME_UNAVAILABLE */
export async function endBuild(
  { imageBuilder }: Pick<App, "imageBuilder">,
  hold: Hold,
  state: "SUCCEEDED" | "FAILED" | "CANCELLED",
  error: string | null = null,
): Promise<"ENDED"> {
  for (let attempt = 1; attempt <= hold.job.attempt; attempt += 1)
    await imageBuilder.untag(temporaryTag(hold.job, attempt));
  return hold.end(state, error);
}
