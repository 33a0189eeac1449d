import { mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { addAbortSignal, type Readable } from "node:stream";
import { DomainError } from "../../errors.js";
import { DiskFull, isDiskFull } from "../../machine-faults.js";
import {
  type Builder,
  type BuildOptions,
  type Credentials,
  type ImageBuilder,
  ImageBuildError,
  type ImageDiskUse,
  type ImageInfo,
  type OnLog,
} from "../image-builder.js";
import { fullReference } from "../image-reference.js";
import { BuildFolders } from "./build-folders.js";
import { buildPlan, type DockerfilePlan } from "./build-plan.js";
import { BASE_PACKAGES, type BasePackages, Environments } from "./environments.js";
import { findPython, type Python } from "./find-python.js";
import { bytesIn, namesIn } from "./folders.js";
import { makeReadOnly, placeEntries, projectEntries, treeHash, writeTree } from "./image-tree.js";
import { type ProcessFolder, processFolder } from "./process-folder.js";
import {
  hexOf,
  type ImageRecord,
  imagesInUse,
  ImageTags,
  readImage,
  removeUnusedImages,
  writeRecord,
} from "./process-images.js";
import { refuseLostFiles, type ResolvedEnvironment, resolveEnvironment } from "./resolve-environment.js";
import { readDockerfile, unpackContext } from "./unpack-context.js";

export interface ProcessImageBuilderOptions {
  /** `process` in the data folder. */
  readonly root: string;
  /** The folder of environments, if it is another. */
  readonly environments?: string;
  readonly python?: () => Promise<Python>;
  readonly basePackages?: BasePackages;
}

const NO_REGISTRY = "there is no registry without an engine";
const MACHINES: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386" };

/**
 * Builds without an engine: an image is a read-only copy of the project and an environment of this machine's Python.
 * Instructions that need an engine are refused by name.
 */
export class ProcessImageBuilder implements ImageBuilder {
  readonly startsFrom = "MACHINE";
  readonly hasRegistries = false;
  private readonly folder: ProcessFolder;
  private readonly tags: ImageTags;
  private readonly environments: Environments;
  private readonly buildFolders: BuildFolders;
  private readonly findPython: () => Promise<Python>;
  private readonly basePackages: BasePackages;
  private last: Promise<unknown> = Promise.resolve();

  constructor({ root, environments, python = findPython, basePackages = BASE_PACKAGES }: ProcessImageBuilderOptions) {
    this.folder = processFolder(root);
    this.tags = new ImageTags(this.folder.tags);
    this.environments = new Environments(environments ?? this.folder.environments);
    this.buildFolders = new BuildFolders(this.folder.building);
    this.findPython = python;
    this.basePackages = basePackages;
  }

  async platform(): Promise<string> {
    return `${process.platform}/${MACHINES[process.arch] ?? process.arch}`;
  }

  /** What its Dockerfiles may have is less than what the classic builder carries out. */
  async builders(): Promise<readonly Builder[]> {
    return ["CLASSIC"];
  }

  async build(
    context: Readable,
    { tag, noCache, dockerfile = "Dockerfile", target, args = {}, signal = new AbortController().signal }: BuildOptions,
    onLog: OnLog,
  ): Promise<string> {
    const reference = fullReference(tag);
    if (target)
      throw new ImageBuildError(
        `The stage ${target} cannot be built without an engine: a Dockerfile has one stage there.`,
      );
    await using folder = await this.buildFolders.make();
    const files = join(folder.path, "context");
    await mkdir(files);
    try {
      const entries = await unpackContext(addAbortSignal(signal, context), files);
      const python = await this.findPython();
      const plan = buildPlan(await readDockerfile(entries, files, dockerfile), `Python ${python.version}`, args);
      for (const [number, line] of plan.log.entries()) onLog(`Step ${number + 1}/${plan.log.length} : ${line}\n`);
      const placed = placeEntries(entries, plan.copies);
      const tree = projectEntries(placed, plan.folder);
      const root = join(folder.path, "root");
      await writeTree(placed, files, root, "SHARED");
      const copy = join(folder.path, "copy");
      const resolved = await resolveEnvironment({
        plan,
        placed,
        root,
        copy,
        constraintsFile: join(folder.path, "constraints.txt"),
        python,
        basePackages: this.basePackages,
        content: await treeHash(placed, files),
        noCache,
      });
      refuseLostFiles(placed, plan, resolved);
      for (const line of resolved.log) onLog(`${line}\n`);
      if (resolved.needsCopy) await writeTree(placed, files, copy, "COPIED");
      folder.keepUntil(() => this.environments.settled(resolved.environment.hash));
      await using _held = await this.environments.acquire(resolved.environment, signal, onLog);
      const image = join(folder.path, "image");
      await mkdir(image);
      await writeTree(tree, files, join(image, "tree"), "SHARED");
      await makeReadOnly(join(image, "tree"));
      signal.throwIfAborted();
      const record = recordOf(plan, resolved, this.environments);
      const id = await this.storeImage(image, await writeRecord(image, await treeHash(tree, files), record), reference);
      onLog(`Successfully built ${id}\n`);
      return id;
    } catch (error) {
      if (isDiskFull(error) && !signal.aborted) throw new DiskFull(error);
      throw signal.aborted ? signal.reason : error;
    } finally {
      context.destroy();
    }
  }

  async inspect(image: string): Promise<ImageInfo | null> {
    const id = await this.idOf(image);
    const found = id === null ? null : await readImage(this.folder.images, id);
    return found && { id: found.id, labels: found.labels };
  }

  /** @throws ImageBuildError in any case */
  async pull(image: string, _credentials: Credentials | null, _onLog: OnLog): Promise<string> {
    throw new ImageBuildError(`${fullReference(image)} cannot be pulled: ${NO_REGISTRY}. Build from LOCAL or GIT.`);
  }

  async tag(id: string, tag: string): Promise<void> {
    const reference = fullReference(tag);
    await this.exclusively(async () => {
      const image = await this.inspect(id);
      if (!image) throw new DomainError("NOT_FOUND", `There is no image ${id}.`);
      await this.tags.set(reference, image.id);
    });
  }

  async untag(tag: string): Promise<void> {
    const reference = fullReference(tag);
    await this.exclusively(async () => {
      const id = await this.tags.get(reference);
      if (id === null) return;
      const isLast = (await this.tags.countByImage()).get(id) === 1;
      if (isLast && (await imagesInUse(this.folder.runs)).has(id))
        throw new DomainError("IN_USE", `A run uses ${reference}: the tag can be removed when it is gone.`);
      await this.tags.remove(reference);
      await this.collect();
    });
  }

  async removeUntagged(id: string): Promise<boolean> {
    await this.prune();
    const isLeft = (await readImage(this.folder.images, id)) !== null;
    return !isLeft || (await this.tags.countByImage()).has(id);
  }

  /** @throws ImageBuildError in any case */
  async push(tag: string, _credentials: Credentials | null, _onLog: OnLog): Promise<string> {
    throw new ImageBuildError(`${fullReference(tag)} cannot be pushed: ${NO_REGISTRY}.`);
  }

  /** Removes untagged images that no run uses, environments without an image, and leftovers of builds after a crash. */
  async prune(): Promise<void> {
    await this.exclusively(() => this.collect());
  }

  async diskUse(): Promise<ImageDiskUse> {
    const { images, building } = this.folder;
    const made = await namesIn(images);
    const environments = await this.environments.diskUse();
    return {
      images: made.length,
      imageBytes: (await bytesIn(images)) + (await bytesIn(building)),
      environments: environments.count,
      environmentBytes: environments.bytes,
    };
  }

  private async collect(): Promise<void> {
    await this.environments.removeUnused(await removeUnusedImages(this.folder, this.tags));
    await this.buildFolders.removeAbandoned();
  }

  /** Puts the image into place and tags it. A crash in between leaves an untagged image, which is removed later. */
  private storeImage(image: string, id: string, reference: string): Promise<string> {
    return this.exclusively(async () => {
      await mkdir(this.folder.images, { recursive: true, mode: 0o700 });
      if (!(await readImage(this.folder.images, id))) await rename(image, join(this.folder.images, hexOf(id)!));
      await this.tags.set(reference, id);
      await this.collect();
      return id;
    });
  }

  private async idOf(image: string): Promise<string | null> {
    return hexOf(image) === null ? this.tags.get(fullReference(image)) : image;
  }

  /** Runs the work while nothing else changes images or tags. */
  private exclusively<T>(work: () => Promise<T>): Promise<T> {
    const done = this.last.then(work, work);
    this.last = done.catch(() => {});
    return done;
  }
}

function recordOf(
  { labels, env }: DockerfilePlan,
  { environment }: ResolvedEnvironment,
  environments: Environments,
): ImageRecord {
  return {
    environment: environment.hash,
    python: environments.python(environment.hash),
    // The base image has this label, too: it runs notebooks.
    labels: { "rocas.onboard": "1", ...labels },
    env,
    workdir: "tree",
  };
}
