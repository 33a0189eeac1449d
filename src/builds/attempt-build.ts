import type { App } from "../app.js";
import type { BuildOutcome, BuildSpec } from "../jobs/job.js";
import { type Lease, LeaseLost } from "../jobs/lease.js";
import { writeTask } from "../jobs/write-task.js";
import { ImageBuildError } from "../runtime/image-builder.js";
import { BuildRefused, reasonOf } from "./build-failure.js";
import { type BuildKeys, openKeys } from "./build-keys.js";
import { BuildLog } from "./build-log.js";
import { endBuild } from "./end-build.js";
import { failureOf } from "./failure-of.js";
import { temporaryTag } from "./image-names.js";
import { makeImage } from "./make-image.js";
import { pushImage } from "./push-image.js";

const MOST_ERROR = 4_000;
const NOT_ON_BOARD =
  "The image does not carry the label `rocas.onboard`: start its Dockerfile with `FROM rocas/onboard`, so that Rocas can run notebooks in it.";

/**
 * One attempt: an image with our label, pushed where a registry is set. An image that an attempt before this one made,
 * whose end we did not see, is taken as it is.
 * @returns that the job has ended, or that it is FINISHING.
 * @throws LeaseLost; RUNTIME_UNAVAILABLE and what else is tried again
 */
export async function attemptBuild(app: App, lease: Lease, spec: BuildSpec): Promise<"ENDED" | "FINISHING"> {
  const adopted = await adoptable(app, lease);
  if (!adopted) {
    const { attempt, max_attempts: most } = lease.job;
    if (attempt >= most)
      return endBuild(
        app,
        lease,
        "FAILED",
        `The build was begun ${attempt} times, and each time the server ended before it did. Start it again.`,
      );
    await lease.write({ $set: { state: "RUNNING", attempt: attempt + 1, log_seq: 0, progress: 0 } });
    // Before anything is made, so that no image is older than the start of its task.
    await writeTask(app, lease.job);
  }
  let keys: BuildKeys;
  try {
    keys = await openKeys(app, spec);
  } catch (error) {
    if (!(error instanceof BuildRefused)) throw error;
    return endBuild(app, lease, "FAILED", error.message);
  }
  await using log = new BuildLog(app, lease, keys.secrets);
  try {
    const outcome = await complete(app, lease, spec, keys, log, adopted);
    await log.close();
    // From here on it succeeds: after a wish to cancel this write fails, and a wish that comes later is too late.
    await lease.write({ $set: { state: "FINISHING", outcome } }, { desired: "RUN" });
    return "FINISHING";
  } catch (error) {
    // Awaited here: while the log is disposed of, nobody would hear of what it throws.
    return await failed(app, lease, log, error);
  }
}

async function complete(
  app: App,
  lease: Lease,
  spec: BuildSpec,
  keys: BuildKeys,
  log: BuildLog,
  adopted: BuildOutcome | null,
): Promise<BuildOutcome> {
  const left = (lease.job.deadlines.run?.getTime() ?? Infinity) - Date.now();
  const overdue = AbortSignal.timeout(Math.min(Math.max(1, left), 2 ** 31 - 1));
  const signal = AbortSignal.any([lease.signal, lease.cancelRequested, log.broken, overdue]);
  try {
    const outcome =
      adopted ?? (await makeImage(app, lease, { spec, credentials: keys.source, signal, told: log.told }));
    const image = outcome.image ?? "";
    await lease.write({ $set: { outcome } });
    const seen = await app.imageBuilder.inspect(image);
    if (!seen || !("rocas.onboard" in seen.labels)) throw new BuildRefused(NOT_ON_BOARD);
    const registry = app.settings.ROCAS_REGISTRY;
    if (!registry) return outcome;
    if (!app.imageBuilder.hasRegistries) {
      log.told(`Not pushed to ${registry} (ROCAS_REGISTRY): there is no image to push without an engine.\n`);
      return outcome;
    }
    const of = { proj: lease.job.proj, version: spec.buildVersion, tag: spec.tag, image };
    return { ...outcome, digest: await pushImage(app, registry, of, keys.registry, { signal, told: log.told }) };
  } catch (error) {
    throw overdue.aborted ? new BuildRefused("The build took longer than a build may take.") : error;
  }
}

async function failed(app: App, lease: Lease, log: BuildLog, error: unknown): Promise<"ENDED"> {
  if (lease.signal.aborted || error instanceof LeaseLost) throw new LeaseLost(lease.job._id);
  if (lease.cancelRequested.aborted) {
    await log.close();
    return endBuild(app, lease, "CANCELLED");
  }
  const reason = reasonOf(error);
  if (reason === null) {
    // The engine is away, and the build is tried for as long as it may run: attempts count how often the server ended.
    await lease.write({ $inc: { max_attempts: 1 } });
    throw error;
  }
  log.told(`\n${reason}\n`);
  await log.close();
  const said =
    error instanceof ImageBuildError ? failureOf(log.tail(MOST_ERROR), log.shown(reason)) : log.shown(reason);
  return endBuild(app, lease, "FAILED", said.slice(0, MOST_ERROR));
}

/**
 * The image of an attempt whose worker died: found in the job, or by the temporary tag that its image got in the end.
 */
async function adoptable({ imageBuilder }: App, { job }: Lease): Promise<BuildOutcome | null> {
  const { outcome } = job;
  if (!outcome) return null;
  const seen = await imageBuilder.inspect(outcome.image ?? temporaryTag(job, job.attempt));
  return seen && { ...outcome, image: seen.id, built_at: outcome.built_at ?? new Date() };
}
