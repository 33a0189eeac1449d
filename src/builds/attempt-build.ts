import type { App } from "../app.js";
import type { BuildOutcome, BuildSpec } from "../jobs/job.js";
import { type Lease, LeaseLost } from "../jobs/lease.js";
import { writeTask } from "../jobs/write-task.js";
import { ImageBuildError } from "../runtime/image-builder.js";
import { type BuildCredentials, openCredentials } from "./build-credentials.js";
import { BuildRefused, describeFailure, messageForUser } from "./build-failure.js";
import { BuildLog } from "./build-log.js";
import { attemptTag } from "./image-names.js";
import { makeImage } from "./make-image.js";
import { pushImage } from "./push-image.js";

/** Ends the job after the tags of its attempts are gone. @throws LeaseLost, RUNTIME_UNAVAILABLE */
export async function endBuild(
  { imageBuilder }: Pick<App, "imageBuilder">,
  lease: Lease,
  state: "SUCCEEDED" | "FAILED" | "CANCELLED",
  error: string | null = null,
): Promise<"ENDED"> {
  for (let attempt = 1; attempt <= lease.job.attempt; attempt += 1)
    await imageBuilder.untag(attemptTag(lease.job, attempt));
  return lease.end(state, error);
}

const MAX_ERROR_LENGTH = 4_000;

/**
 * Makes one attempt: an image with our label, pushed if a registry is set. An image that an earlier attempt finished is
 * reused.
 * @throws LeaseLost, RUNTIME_UNAVAILABLE
 */
export async function attemptBuild(app: App, lease: Lease, spec: BuildSpec): Promise<"ENDED" | "FINISHING"> {
  const recovered = await findRecoverable(app, lease);
  if (!recovered) {
    const { attempt, max_attempts: maxAttempts } = lease.job;
    if (attempt >= maxAttempts)
      return endBuild(
        app,
        lease,
        "FAILED",
        `The build was begun ${attempt} times, and each time the server ended before it did. Start it again.`,
      );
    await lease.write({ $set: { state: "RUNNING", attempt: attempt + 1, log_seq: 0, progress: 0 } });
    // First, so that no image is older than its task.
    await writeTask(app, lease.job);
  }
  let credentials: BuildCredentials;
  try {
    credentials = await openCredentials(app, spec);
  } catch (error) {
    if (!(error instanceof BuildRefused)) throw error;
    return endBuild(app, lease, "FAILED", error.message);
  }
  await using log = new BuildLog(app, lease, credentials.secrets);
  try {
    const outcome = await buildAndPush(app, lease, spec, credentials, log, recovered);
    await log.close();
    // The last moment to cancel: this write fails if that was requested.
    await lease.write({ $set: { state: "FINISHING", outcome } }, { desired: "RUN" });
    return "FINISHING";
  } catch (error) {
    // Awaited before the log is disposed of: a rejection in between would go unhandled.
    return await endAfterError(app, lease, log, error);
  }
}

async function buildAndPush(
  app: App,
  lease: Lease,
  spec: BuildSpec,
  credentials: BuildCredentials,
  log: BuildLog,
  recovered: BuildOutcome | null,
): Promise<BuildOutcome> {
  const msLeft = (lease.job.deadlines.run?.getTime() ?? Infinity) - Date.now();
  const overdue = AbortSignal.timeout(Math.min(Math.max(1, msLeft), 2 ** 31 - 1));
  const signal = AbortSignal.any([lease.signal, lease.cancelRequested, log.broken, overdue]);
  try {
    const outcome =
      recovered ?? (await makeImage(app, lease, { spec, credentials: credentials.source, signal, onLog: log.append }));
    const image = outcome.image ?? "";
    await lease.write({ $set: { outcome } });
    if (!(await app.imageBuilder.inspect(image)))
      throw new BuildRefused("The image was removed right after it was built. Build it again.");
    const registry = app.settings.ROCAS_REGISTRY;
    if (!registry) return outcome;
    if (!app.imageBuilder.hasRegistries) {
      log.append(`Not pushed to ${registry} (ROCAS_REGISTRY): there is no image to push without an engine.\n`);
      return outcome;
    }
    const of = { proj: lease.job.proj, version: spec.buildVersion, tag: spec.tag, image };
    return {
      ...outcome,
      digest: await pushImage(app, registry, of, credentials.registry, { signal, onLog: log.append }),
    };
  } catch (error) {
    throw overdue.aborted ? new BuildRefused("The build took longer than a build may take.") : error;
  }
}

async function endAfterError(app: App, lease: Lease, log: BuildLog, error: unknown): Promise<"ENDED"> {
  if (lease.signal.aborted || error instanceof LeaseLost) throw new LeaseLost(lease.job._id);
  if (lease.cancelRequested.aborted) {
    await log.close();
    return endBuild(app, lease, "CANCELLED");
  }
  const reason = messageForUser(error);
  if (reason === null) {
    // The engine is away: that costs no attempt, and the build is tried again.
    await lease.write({ $inc: { max_attempts: 1 } });
    throw error;
  }
  log.append(`\n${reason}\n`);
  await log.close();
  const message =
    error instanceof ImageBuildError
      ? describeFailure(log.tail(MAX_ERROR_LENGTH), log.masked(reason))
      : log.masked(reason);
  return endBuild(app, lease, "FAILED", message.slice(0, MAX_ERROR_LENGTH));
}

/** Returns the image that an attempt finished before its server died, or null. */
async function findRecoverable({ imageBuilder }: App, { job }: Lease): Promise<BuildOutcome | null> {
  const { outcome } = job;
  if (!outcome) return null;
  const inspected = await imageBuilder.inspect(outcome.image ?? attemptTag(job, job.attempt));
  return inspected && { ...outcome, image: inspected.id, built_at: outcome.built_at ?? new Date() };
}
