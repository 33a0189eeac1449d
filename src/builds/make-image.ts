import type { App } from "../app.js";
import type { BuildOutcome, BuildSpec } from "../jobs/job.js";
import type { Lease } from "../jobs/lease.js";
import { asImageRef } from "../names.js";
import { ensureBaseImage } from "../onboard/base-image.js";
import type { BuildOptions, Credentials, OnLog } from "../runtime/image-builder.js";
import type { BuildContext } from "../source/source.js";
import { abortable } from "./abortable.js";
import { BuiltFrom } from "./build-version.js";
import { findDockerfile, usesBaseImage } from "./find-dockerfile.js";
import { attemptTag } from "./image-names.js";
import { noteIntermediateImage } from "./remove-intermediate-images.js";

export interface ImageRequest {
  readonly spec: BuildSpec;
  readonly credentials: Credentials | null;
  readonly signal: AbortSignal;
  readonly onLog: OnLog;
}

/**
 * Makes the image of an attempt. The job holds its origin before the engine is called.
 * @throws SourceError, ImageBuildError, RUNTIME_UNAVAILABLE, LeaseLost
 */
export async function makeImage(app: App, lease: Lease, request: ImageRequest): Promise<BuildOutcome> {
  const { spec } = request;
  const emptyOutcome = { git_version: null, git_dirty: null, image: null, built_at: null, digest: null };
  if (spec.from === BuiltFrom.PRE_BUILT) {
    await lease.write({ $set: { outcome: emptyOutcome } });
    return { ...emptyOutcome, image: await pullImage(app, lease, request), built_at: new Date() };
  }
  const { location, ref } = spec;
  const { credentials, signal, onLog } = request;
  const [platform, builders] = await Promise.all([app.imageBuilder.platform(), app.imageBuilder.builders()]);
  const recipe = recipeOf(spec);
  const sourceRequest = { location, credentials, platform, builders, ...recipe, signal };
  await using context =
    spec.from === BuiltFrom.GIT
      ? // A branch may have moved since an earlier attempt; its commit has not.
        await app.sources.git.open({ ...sourceRequest, ref: lease.job.outcome?.git_version ?? ref }, onLog)
      : await app.sources.local.open({ ...sourceRequest, ref: null }, onLog);
  const outcome = { ...emptyOutcome, git_version: context.gitVersion, git_dirty: context.gitDirty };
  await lease.write({ $set: { outcome } });
  return { ...outcome, image: await buildImage(app, lease, request, context), built_at: new Date() };
}

async function buildImage(
  app: App,
  lease: Lease,
  { spec, signal, onLog }: ImageRequest,
  context: BuildContext,
): Promise<string> {
  const notes: Promise<unknown>[] = [];
  // A note that fails costs disk space alone.
  const noteImage = (image: string) => void notes.push(noteIntermediateImage(app, image).catch(() => undefined));
  try {
    const recipe = recipeOf(spec);
    if (app.imageBuilder.startsFrom === "BASE_IMAGE" && (await needsBaseImage(context, recipe)))
      await abortable(signal, ensureBaseImage(app.imageBuilder, onLog, noteImage));
    signal.throwIfAborted();
    const { job } = lease;
    const tag = attemptTag(job, job.attempt);
    const { builder } = context;
    const { noCache, target } = spec;
    const how = { ...recipe, target, builder, noCache };
    const request: BuildOptions = { ...how, tag, signal, onIntermediateImage: noteImage };
    return await app.imageBuilder.build(context.stream(), request, onLog);
  } finally {
    await Promise.all(notes);
  }
}

/** True also if the Dockerfile cannot be read: the engine reports that. */
async function needsBaseImage(context: BuildContext, { dockerfile: path, args }: Recipe): Promise<boolean> {
  const dockerfile = await findDockerfile(context.stream(), path);
  return dockerfile === null || usesBaseImage(dockerfile, args);
}

/** The Dockerfile of a build, and what it is given. */
interface Recipe {
  readonly dockerfile: string;
  readonly args: Readonly<Record<string, string>>;
}

const recipeOf = ({ dockerfile, args }: BuildSpec): Recipe => ({
  dockerfile: dockerfile ?? "Dockerfile",
  args: Object.fromEntries((args ?? []).map(({ name, value }) => [name, value])),
});

async function pullImage(
  app: App,
  { job }: Lease,
  { spec, credentials, signal, onLog }: ImageRequest,
): Promise<string> {
  const reference = asImageRef(`${spec.location}:${spec.tag}`);
  const image = await abortable(signal, app.imageBuilder.pull(reference, credentials, onLog));
  await app.imageBuilder.tag(image, attemptTag(job, job.attempt));
  return image;
}
