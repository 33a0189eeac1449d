import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { DomainError } from "../../errors.js";
import { masked } from "../../text/masked.js";
import { printable } from "../../text/printable.js";
import {
  type Credentials,
  type HowToBuild,
  type ImageBuilder,
  ImageBuildError,
  type SeenImage,
  type Told,
} from "../image-builder.js";
import { imageReference } from "../image-reference.js";
import { declaredVolumes } from "./declared-volumes.js";
import type { DockerEngine } from "./docker-engine.js";
import { EngineRefusal, hasStatus, isAway, unavailable } from "./engine-errors.js";
import { type EngineEvent, follow } from "./engine-events.js";
import { MadeSteps } from "./made-steps.js";

/** Nothing listens there: an engine that is well says so, in words that name it. */
const NOWHERE = "127.0.0.1:1/rocas/nowhere";
const MOST_TRIES = 2;
const PAUSE_MS = 1_000;
const IMAGE_ID = /^sha256:[0-9a-f]{64}$/;

/** Builds with the engine's classic builder: engines of this age have no other one without a plugin. */
export class DockerImageBuilder implements ImageBuilder {
  readonly startsFrom = "BASE_IMAGE";
  readonly hasRegistries = true;
  private readonly docker: DockerEngine;

  constructor({ docker }: { docker: DockerEngine }) {
    this.docker = docker;
  }

  async platform(): Promise<string> {
    const { Os, Arch } = await this.docker.version();
    return `${Os}/${Arch}`;
  }

  async build(context: Readable, { tag, noCache, signal, made }: HowToBuild, told: Told): Promise<string> {
    const { repository, tag: name } = imageReference(tag);
    let broken: Error | undefined;
    context.once("error", (error) => (broken = error));
    try {
      const reference = `${repository}:${name}`;
      const answer = await this.docker.build(context, buildQuery(reference, noCache), signal);
      const steps = new MadeSteps(this.docker, new Date(answer.headers.date ?? NaN), made);
      try {
        return await this.built(answer, reference, told, steps);
      } finally {
        await steps.told();
      }
    } catch (error) {
      // The reason that stopped the build, not the error of the connection that followed.
      throw signal?.aborted ? signal.reason : (broken ?? refusedBuild(error));
    } finally {
      context.destroy();
    }
  }

  async inspect(image: string): Promise<SeenImage | null> {
    const seen = await this.docker.image(checked(image));
    return seen && { id: seen.Id, labels: seen.Config?.Labels ?? {} };
  }

  async pull(image: string, credentials: Credentials | null, told: Told): Promise<string> {
    const { repository, tag, registry } = imageReference(image);
    const auth = credentials ? { ...credentials, registry } : undefined;
    const failure = await this.said(async () =>
      follow(await this.docker.pullImage(repository, tag, auth), (event) => tell(told, event)),
    );
    const seen = await this.docker.image(`${repository}:${tag}`);
    if (!seen) throw new ImageBuildError(`There is no image ${image}: ${clean(failure ?? "it went", credentials)}`);
    if (failure) told(`The registry does not give ${image}; the engine has it already.\n`);
    const sentence = declaredVolumes(seen);
    if (sentence) throw new ImageBuildError(sentence);
    return seen.Id;
  }

  async tag(id: string, tag: string): Promise<void> {
    const reference = imageReference(tag);
    await this.docker.tagImage(checked(id), reference.repository, reference.tag);
  }

  async untag(tag: string): Promise<void> {
    const { repository, tag: name } = imageReference(tag);
    const reference = `${repository}:${name}`;
    try {
      await this.docker.removeImage(reference);
    } catch (error) {
      if (!hasStatus(error, 409)) throw error;
      throw new DomainError("IN_USE", `A container uses ${reference}: the tag can be removed when it is gone.`);
    }
  }

  async removeUntagged(id: string): Promise<boolean> {
    const seen = await this.docker.image(checked(id));
    if (!seen || (seen.RepoTags ?? []).length > 0) return true;
    try {
      await this.docker.removeUntaggedImage(seen.Id);
      return true;
    } catch (error) {
      if (!hasStatus(error, 409)) throw error;
      return false;
    }
  }

  /** An untagged image was noted by `made`, or is another program's. */
  async removeUnneeded(): Promise<void> {}

  async diskUse(): Promise<null> {
    return null;
  }

  async push(tag: string, credentials: Credentials | null, told: Told): Promise<string> {
    const { repository, tag: name, registry } = imageReference(tag);
    const auth = credentials ? { ...credentials, registry } : undefined;
    let digest: string | undefined;
    const failure = await this.said(async () =>
      follow(await this.docker.pushImage(repository, name, auth), (event) => {
        digest = event.aux?.Digest ?? digest;
        tell(told, event);
      }),
    );
    if (failure !== null) throw new ImageBuildError(`${tag} was not pushed: ${clean(failure, credentials)}`);
    if (!digest) throw new ImageBuildError(`The registry took ${tag} without naming its digest.`);
    return digest;
  }

  private async built(answer: Readable, tag: string, told: Told, steps: MadeSteps): Promise<string> {
    let id: string | undefined;
    const failure = await follow(answer, (event) => {
      id = event.aux?.ID ?? id;
      if (!event.stream) return;
      steps.see(event.stream);
      told(printable(event.stream));
    });
    if (failure !== null) throw new ImageBuildError(printable(failure));
    const image = id === undefined ? null : await this.docker.image(id);
    if (!image) throw unavailable("The container engine ended the build without naming the image.");
    const sentence = declaredVolumes(image);
    if (!sentence) return image.Id;
    await this.untag(tag);
    throw new ImageBuildError(sentence);
  }

  /**
   * Returns the registry's words, no matter if the engine passed them on as a status or in the stream. A failure of the
   * engine's own looks the same: it is asked twice, and what a pull that nothing can answer is told, too, is the
   * engine's own word.
   * @throws RUNTIME_UNAVAILABLE
   */
  private async said(ask: () => Promise<string | null>): Promise<string | null> {
    for (let tries = 1; ; tries += 1) {
      const answered = await orRefusal(ask());
      if (!(answered instanceof EngineRefusal)) return answered;
      if (!isAway(answered.status)) return answered.message;
      const other = await orRefusal(
        this.docker.pullImage(NOWHERE, "latest").then((answer) => follow(answer, () => {})),
      );
      if (other instanceof EngineRefusal && other.message === answered.message)
        throw unavailable(`The container engine is in trouble (status ${answered.status}): ${answered.message}`);
      if (tries === MOST_TRIES) return answered.message;
      await delay(PAUSE_MS);
    }
  }
}

// Nothing in it but the tag differs from build to build: a label of the build's would be another image each time.
const buildQuery = (tag: string, noCache: boolean) => ({
  t: tag,
  nocache: noCache ? "1" : "0",
  rm: "1",
  forcerm: "1",
  // The base image is on the engine, and no registry is asked for one that is.
  pull: "0",
  networkmode: "default",
});

const orRefusal = <T>(answer: Promise<T>): Promise<T | EngineRefusal> =>
  answer.catch((error: unknown) => {
    if (error instanceof EngineRefusal) return error;
    throw error;
  });

function checked(image: string): string {
  if (IMAGE_ID.test(image)) return image;
  const { repository, tag } = imageReference(image);
  return `${repository}:${tag}`;
}

// A Dockerfile that cannot be read is refused before the stream begins.
const refusedBuild = (error: unknown) =>
  hasStatus(error, 400) ? new ImageBuildError(printable((error as EngineRefusal).message), { cause: error }) : error;

// Neither as a cause: what the engine said may hold what it was given.
const clean = (text: string, credentials: Credentials | null) => masked(printable(text), credentials);

function tell(told: Told, { id, status, progressDetail }: EngineEvent): void {
  // Bars of progress are many, and mean nothing in a log.
  if (!status || progressDetail?.total) return;
  told(printable(id ? `${id}: ${status}\n` : `${status}\n`));
}
