import type { App } from "../app.js";
import type { BuildOutcome, BuildSpec } from "../jobs/job.js";
import type { Lease } from "../jobs/lease.js";
import { asImageRef } from "../names.js";
import { ensureBaseImage } from "../onboard/base-image.js";
import type { Credentials, Told } from "../runtime/image-builder.js";
import type { BuildContext } from "../source/source.js";
import { BuiltFrom } from "./build-version.js";
import { dockerfileOf, startsOnBoard } from "./dockerfile-of.js";
import { temporaryTag } from "./image-names.js";
import { noteMade } from "./made-images.js";
import { orAborted } from "./or-aborted.js";

export interface HowToMake {
  readonly spec: BuildSpec;
  readonly credentials: Credentials | null;
  readonly signal: AbortSignal;
  readonly told: Told;
}

/**
 * Makes the image of this attempt, under its temporary tag, and writes into the job where its content came from before
 * the engine is called. @throws SourceError, ImageBuildError, RUNTIME_UNAVAILABLE, LeaseLost
 */
export async function makeImage(app: App, lease: Lease, how: HowToMake): Promise<BuildOutcome> {
  const { spec } = how;
  const from = { git_version: null, git_dirty: null, image: null, built_at: null, digest: null };
  if (spec.from === BuiltFrom.PRE_BUILT) {
    await lease.write({ $set: { outcome: from } });
    return { ...from, image: await pulled(app, lease, how), built_at: new Date() };
  }
  const { location, ref } = spec;
  const { credentials, signal, told } = how;
  const request = { location, credentials, platform: await app.imageBuilder.platform(), signal };
  await using context =
    spec.from === BuiltFrom.GIT
      ? // A branch may have moved on since the attempt before this one; the commit that was meant has not.
        await app.sources.git.open({ ...request, ref: lease.job.outcome?.git_version ?? ref }, told)
      : await app.sources.local.open({ ...request, ref: null }, told);
  const outcome = { ...from, git_version: context.gitVersion, git_dirty: context.gitDirty };
  await lease.write({ $set: { outcome } });
  return { ...outcome, image: await built(app, lease, how, context), built_at: new Date() };
}

async function built(
  app: App,
  lease: Lease,
  { spec, signal, told }: HowToMake,
  context: BuildContext,
): Promise<string> {
  const notes: Promise<unknown>[] = [];
  // An image that is not noted stays on the engine, which costs space alone.
  const made = (image: string) => void notes.push(noteMade(app, image).catch(() => undefined));
  try {
    if (app.imageBuilder.startsFrom === "BASE_IMAGE" && (await needsBaseImage(context)))
      await orAborted(signal, ensureBaseImage(app.imageBuilder, told, made));
    signal.throwIfAborted();
    const { job } = lease;
    const how = { tag: temporaryTag(job, job.attempt), noCache: spec.noCache, signal, made };
    return await app.imageBuilder.build(context.stream(), how, told);
  } finally {
    await Promise.all(notes);
  }
}

/** Also if the Dockerfile is a link, which is not read: the engine says what it thinks of a context without one. */
async function needsBaseImage(context: BuildContext): Promise<boolean> {
  const dockerfile = await dockerfileOf(context.stream());
  return dockerfile === null || startsOnBoard(dockerfile);
}

async function pulled(app: App, { job }: Lease, { spec, credentials, signal, told }: HowToMake): Promise<string> {
  const reference = asImageRef(`${spec.location}:${spec.tag}`);
  const image = await orAborted(signal, app.imageBuilder.pull(reference, credentials, told));
  await app.imageBuilder.tag(image, temporaryTag(job, job.attempt));
  return image;
}
