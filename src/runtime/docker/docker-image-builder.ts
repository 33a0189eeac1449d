import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { DomainError } from "../../errors.js";
import { masked } from "../../text/masked.js";
import { printable } from "../../text/printable.js";
import {
  type Builder,
  type BuildOptions,
  type Credentials,
  type ImageBuilder,
  ImageBuildError,
  type ImageInfo,
  type OnLog,
} from "../image-builder.js";
import { EngineRefusal } from "../engine-refusal.js";
import { fullReference, imageReference } from "../image-reference.js";
import type { DockerEngine } from "./docker-engine.js";
import { declaredVolumesError } from "./docker-volumes.js";
import { hasStatus, isTransientStatus, runtimeUnavailable } from "./engine-dial.js";
import { BuildKitLog } from "./buildkit-log.js";
import { decodeTrace } from "./build-trace.js";
import { buildLimits } from "./engine-dialect.js";
import { type EngineEvent, readEvents } from "./engine-events.js";
import { IntermediateImages } from "./intermediate-images.js";

/** Nothing listens there. A healthy engine says so, in words that name the address. */
const UNREACHABLE_IMAGE = "127.0.0.1:1/rocas/nowhere";
const MAX_TRIES = 2;
const PAUSE_MS = 1_000;
const IMAGE_ID = /^sha256:[0-9a-f]{64}$/;

/**
 * What builds images. `auto` leaves it to the engine, which says what it prefers: BuildKit carries out what the classic
 * builder does not, if the engine has it.
 */
export type BuilderChoice = "auto" | "buildkit" | "classic";

/** Builds with the engine's BuildKit, or with its classic builder. */
export class DockerImageBuilder implements ImageBuilder {
  readonly startsFrom = "BASE_IMAGE";
  readonly hasRegistries = true;
  private readonly docker: DockerEngine;
  private readonly choice: BuilderChoice;

  constructor({ docker, builder = "auto" }: { docker: DockerEngine; builder?: BuilderChoice }) {
    this.docker = docker;
    this.choice = builder;
  }

  async platform(): Promise<string> {
    const { Os, Arch } = await this.docker.version();
    return `${Os}/${Arch}`;
  }

  async builders(): Promise<readonly Builder[]> {
    if (this.choice === "classic") return ["CLASSIC"];
    const { prefersBuildKit, hasBuildKit, api } = await this.docker.builderOffer();
    if (!hasBuildKit) return ["CLASSIC"];
    // API 1.42 is Docker 23's.
    const buildKit = api.major > 1 || api.minor >= 42 ? "BUILDKIT" : "BUILDKIT_BEFORE_23";
    return prefersBuildKit || this.choice === "buildkit" ? [buildKit] : ["CLASSIC", buildKit];
  }

  async build(context: Readable, options: BuildOptions, onLog: OnLog): Promise<string> {
    const { signal, onIntermediateImage } = options;
    const reference = fullReference(options.tag);
    let broken: Error | undefined;
    context.once("error", (error) => (broken = error));
    try {
      const how = buildQuery(reference, options, options.builder ?? (await this.builders())[0]!);
      const query = { ...how, ...buildLimits(await this.docker.dialect()) };
      const answer = await this.docker.build(context, query, signal);
      const intermediate = new IntermediateImages(
        this.docker,
        new Date(answer.headers.date ?? NaN),
        onIntermediateImage,
      );
      try {
        return await this.waitForImage(answer, reference, onLog, intermediate);
      } finally {
        await intermediate.settled();
      }
    } catch (error) {
      // The reason that stopped the build, before the connection error that followed.
      throw signal?.aborted ? signal.reason : (broken ?? buildErrorOf(error));
    } finally {
      context.destroy();
    }
  }

  async inspect(image: string): Promise<ImageInfo | null> {
    const found = await this.docker.image(validReference(image));
    return found && { id: found.Id, labels: found.Config?.Labels ?? {} };
  }

  async pull(image: string, credentials: Credentials | null, onLog: OnLog): Promise<string> {
    const { repository, tag, registry } = imageReference(image);
    const auth = credentials ? { ...credentials, registry } : undefined;
    const failure = await this.failureOf(async () =>
      readEvents(await this.docker.pullImage(repository, tag, auth), (event) => logProgress(onLog, event)),
    );
    const found = await this.docker.image(`${repository}:${tag}`);
    if (!found) throw new ImageBuildError(`There is no image ${image}: ${safeText(failure ?? "it went", credentials)}`);
    if (failure) onLog(`The registry does not give ${image}; the engine has it already.\n`);
    const volumesError = declaredVolumesError(found);
    if (volumesError) throw new ImageBuildError(volumesError);
    return found.Id;
  }

  async tag(id: string, tag: string): Promise<void> {
    const reference = imageReference(tag);
    await this.docker.tagImage(validReference(id), reference.repository, reference.tag);
  }

  async untag(tag: string): Promise<void> {
    const reference = fullReference(tag);
    try {
      await this.docker.removeImage(reference);
    } catch (error) {
      if (!hasStatus(error, 409)) throw error;
      throw new DomainError("IN_USE", `A container uses ${reference}: the tag can be removed when it is gone.`);
    }
  }

  async removeUntagged(id: string): Promise<boolean> {
    const found = await this.docker.image(validReference(id));
    if (!found || (found.RepoTags ?? []).length > 0) return true;
    try {
      await this.docker.removeUntaggedImage(found.Id);
      return true;
    } catch (error) {
      if (!hasStatus(error, 409)) throw error;
      return false;
    }
  }

  /** Does nothing: an untagged image was reported to `onIntermediateImage`, or is another program's. */
  async prune(): Promise<void> {}

  async diskUse(): Promise<null> {
    return null;
  }

  async push(tag: string, credentials: Credentials | null, onLog: OnLog): Promise<string> {
    const { repository, tag: name, registry } = imageReference(tag);
    const auth = credentials ? { ...credentials, registry } : undefined;
    let digest: string | undefined;
    const failure = await this.failureOf(async () =>
      readEvents(await this.docker.pushImage(repository, name, auth), (event) => {
        if (typeof event.aux === "object") digest = event.aux.Digest ?? digest;
        logProgress(onLog, event);
      }),
    );
    if (failure !== null) throw new ImageBuildError(`${tag} was not pushed: ${safeText(failure, credentials)}`);
    if (!digest) throw new ImageBuildError(`The registry took ${tag} without naming its digest.`);
    return digest;
  }

  private async waitForImage(
    answer: Readable,
    tag: string,
    onLog: OnLog,
    intermediate: IntermediateImages,
  ): Promise<string> {
    let id: string | undefined;
    const steps = new BuildKitLog(onLog);
    const failure = await readEvents(answer, (event) => {
      if (typeof event.aux === "string") return steps.add(decodeTrace(event.aux));
      id = event.aux?.ID ?? id;
      if (!event.stream) return;
      intermediate.scan(event.stream);
      onLog(printable(event.stream));
    });
    steps.close();
    if (failure !== null) throw new ImageBuildError(printable(steps.explain(failure)));
    const image = id === undefined ? null : await this.docker.image(id);
    if (!image) throw runtimeUnavailable("The container engine ended the build without naming the image.");
    const volumesError = declaredVolumesError(image);
    if (!volumesError) return image.Id;
    await this.untag(tag);
    throw new ImageBuildError(volumesError);
  }

  /**
   * Returns the registry's error, which the engine passes on as a status or in the stream; null if there was none. A
   * failure of the engine itself looks the same. So the call is made twice, and compared with a pull that no registry
   * can answer: the same error there is the engine's own.
   * @throws RUNTIME_UNAVAILABLE
   */
  private async failureOf(call: () => Promise<string | null>): Promise<string | null> {
    for (let tries = 1; ; tries += 1) {
      const result = await resultOrRefusal(call());
      if (!(result instanceof EngineRefusal)) return result;
      if (!isTransientStatus(result.status)) return result.message;
      const control = await resultOrRefusal(
        this.docker.pullImage(UNREACHABLE_IMAGE, "latest").then((answer) => readEvents(answer, () => {})),
      );
      if (control instanceof EngineRefusal && control.message === result.message)
        throw runtimeUnavailable(`The container engine is in trouble (status ${result.status}): ${result.message}`);
      if (tries === MAX_TRIES) return result.message;
      await delay(PAUSE_MS);
    }
  }
}

// Only the tag differs between builds: with a label of the build's own, each image would be another.
const buildQuery = (
  tag: string,
  { noCache, dockerfile = "Dockerfile", target, args = {} }: BuildOptions,
  builder: Builder,
) => ({
  t: tag,
  dockerfile,
  ...(target && { target }),
  buildargs: JSON.stringify(args),
  version: builder === "CLASSIC" ? "1" : "2",
  nocache: noCache ? "1" : "0",
  rm: "1",
  forcerm: "1",
  // The base image is on the engine: no registry is asked for an image that is there.
  pull: "0",
  networkmode: "default",
});

const resultOrRefusal = <T>(answer: Promise<T>): Promise<T | EngineRefusal> =>
  answer.catch((error: unknown) => {
    if (error instanceof EngineRefusal) return error;
    throw error;
  });

const validReference = (image: string) => (IMAGE_ID.test(image) ? image : fullReference(image));

// The engine refuses an unreadable Dockerfile before the stream begins.
const buildErrorOf = (error: unknown) =>
  hasStatus(error, 400) ? new ImageBuildError(printable((error as EngineRefusal).message), { cause: error }) : error;

// No cause either: the engine's error may quote its input.
const safeText = (text: string, credentials: Credentials | null) => masked(printable(text), credentials);

function logProgress(onLog: OnLog, { id, status, progressDetail }: EngineEvent): void {
  // Progress bars are many, and mean nothing in a log.
  if (!status || progressDetail?.total) return;
  onLog(printable(id ? `${id}: ${status}\n` : `${status}\n`));
}
