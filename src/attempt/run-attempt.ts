import type { App } from "../app.js";
import { DomainError } from "../errors.js";
import type { ResourceProfile } from "../graph/resource-profile.js";
import type { Job } from "../jobs/job.js";
import { ContainerRefusedError } from "../runtime/runtime.js";
import { containerOf } from "./container-of.js";

/**
 * Has the engine make the container of the attempt that a slot is at, or what is missing of it. Returns why it never
 * will (the image is gone or cannot be run, or the name is somebody else's), or null. @throws RUNTIME_UNAVAILABLE
 */
export async function runAttempt(app: App, job: Job, slot: number, resources: ResourceProfile): Promise<string | null> {
  try {
    await app.runtime.run(await containerOf(app, job, slot, resources));
    return null;
  } catch (error) {
    const isRefused =
      error instanceof ContainerRefusedError || (error instanceof DomainError && error.code === "CONFLICT");
    if (!isRefused) throw error;
    return error.message;
  }
}
