import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { addAbortSignal, type Readable } from "node:stream";
import { DomainError } from "../../errors.js";
import { DiskFull, isDiskFull } from "../../machine-faults.js";
import { followLink, type TreeEntry } from "../../source/tree/tree-entry.js";
import {
  type BuildOptions,
  type Credentials,
  type ImageBuilder,
  ImageBuildError,
  type ImageDiskUse,
  type ImageInfo,
  type OnLog,
} from "../image-builder.js";
import { buildPlan, type DockerfilePlan } from "./build-plan.js";
import { BASE_PACKAGES, type BasePackages, Environments } from "./environments.js";
import { findPython, type Python } from "./find-python.js";
import { checkPlaced, makeReadOnly, type PlacedEntry, placeEntries, treeHash, writeTree } from "./image-tree.js";
import { type ProcessFolder, processFolder } from "./process-folder.js";
import { fullReference, hexOf, type ImageRecord, imagesInUse, ImageTags, readImage } from "./process-images.js";
import { removeTree } from "./remove-tree.js";
import { type ResolvedEnvironment, resolveEnvironment } from "./resolve-environment.js";
import { bytesIn } from "./run-volumes.js";
import { unpackContext } from "./unpack-context.js";

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

/** A folder that a build works in. It goes with the build, or after what others do in it. */
interface BuildFolder extends AsyncDisposable {
  readonly path: string;
  keepUntil(needed: () => Promise<void>): void;
}

/**
 * Builds without an engine: an image is a read-only copy of the project and an environment of this machine's Python.
 * What only an engine can do is refused by name.
 */
export class ProcessImageBuilder implements ImageBuilder {
  readonly startsFrom = "MACHINE";
  readonly hasRegistries = false;
  private readonly folder: ProcessFolder;
  private readonly tags: ImageTags;
  private readonly environments: Environments;
  private readonly findPython: () => Promise<Python>;
  private readonly basePackages: BasePackages;
  /** Of builds under way, in the folder for them. */
  private readonly building = new Set<string>();
  private last: Promise<unknown> = Promise.resolve();

  constructor({
    root,
    environments,
    python = findPython,
    basePackages: basePackages = BASE_PACKAGES,
  }: ProcessImageBuilderOptions) {
    this.folder = processFolder(root);
    this.tags = new ImageTags(this.folder.tags);
    this.environments = new Environments(environments ?? this.folder.environments);
    this.findPython = python;
    this.basePackages = basePackages;
  }

  async platform(): Promise<string> {
    return `${process.platform}/${MACHINES[process.arch] ?? process.arch}`;
  }

  async build(
    context: Readable,
    { tag, noCache, signal = new AbortController().signal }: BuildOptions,
    onLog: OnLog,
  ): Promise<string> {
    const reference = fullReference(tag);
    await using place = await this.openBuildFolder();
    const files = join(place.path, "context");
    await mkdir(files);
    try {
      const entries = await unpackContext(addAbortSignal(signal, context), files);
      const python = await this.findPython();
      const plan = buildPlan(await readDockerfile(entries, files), `Python ${python.version}`);
      for (const [number, line] of plan.log.entries()) onLog(`Step ${number + 1}/${plan.log.length} : ${line}\n`);
      const placed = placeEntries(entries, plan.copies);
      const tree = projectEntries(placed, plan.folder);
      const root = join(place.path, "root");
      await writeTree(placed, files, root, "SHARED");
      const copy = join(place.path, "copy");
      const resolved = await resolveEnvironment({
        plan,
        placed,
        root,
        copy,
        constraintsFile: join(place.path, "constraints.txt"),
        python,
        basePackages: this.basePackages,
        content: await treeHash(placed, files),
        noCache,
      });
      refuseLostFiles(placed, plan, resolved);
      for (const line of resolved.log) onLog(`${line}\n`);
      if (resolved.needsCopy) await writeTree(placed, files, copy, "COPIED");
      place.keepUntil(() => this.environments.settled(resolved.environment.hash));
      await using _held = await this.environments.acquire(resolved.environment, signal, onLog);
      const image = join(place.path, "image");
      await mkdir(image);
      await writeTree(tree, files, join(image, "tree"), "SHARED");
      await makeReadOnly(join(image, "tree"));
      signal.throwIfAborted();
      const id = await this.storeImage(
        image,
        await treeHash(tree, files),
        recordOf(plan, resolved, this.environments),
        reference,
      );
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
    const seen = id === null ? null : await readImage(this.folder.images, id);
    return seen && { id: seen.id, labels: seen.labels };
  }

  /** @throws ImageBuildError in any case */
  async pull(image: string, _credentials: Credentials | null, _told: OnLog): Promise<string> {
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
  async push(tag: string, _credentials: Credentials | null, _told: OnLog): Promise<string> {
    throw new ImageBuildError(`${fullReference(tag)} cannot be pushed: ${NO_REGISTRY}.`);
  }

  /** Removes what nothing needs: images without a tag that no run uses, environments without an image, what a crash left of builds. */
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
    const tagged = await this.tags.countByImage();
    const used = await imagesInUse(this.folder.runs);
    const environments = new Set<string>();
    for (const hex of await namesIn(this.folder.images)) {
      const id = `sha256:${hex}`;
      const image = tagged.has(id) || used.has(id) ? await readImage(this.folder.images, id) : null;
      if (image) environments.add(image.environment);
      else await removeTree(join(this.folder.images, hex));
    }
    await this.environments.removeUnused(environments);
    for (const name of await namesIn(this.folder.building))
      if (!this.building.has(name)) await removeTree(join(this.folder.building, name));
  }

  /** A crash between the two leaves an image without a tag, which goes. */
  private async storeImage(image: string, tree: string, record: ImageRecord, reference: string): Promise<string> {
    const { python: _, ...decided } = record;
    const hex = createHash("sha256")
      .update(JSON.stringify([tree, decided]))
      .digest("hex");
    await writeFile(join(image, "image.json"), JSON.stringify(record));
    return this.exclusively(async () => {
      const id = `sha256:${hex}`;
      await mkdir(this.folder.images, { recursive: true, mode: 0o700 });
      if (!(await readImage(this.folder.images, id))) await rename(image, join(this.folder.images, hex));
      await this.tags.set(reference, id);
      await this.collect();
      return id;
    });
  }

  private async idOf(image: string): Promise<string | null> {
    return hexOf(image) === null ? this.tags.get(fullReference(image)) : image;
  }

  private async openBuildFolder(): Promise<BuildFolder> {
    await mkdir(this.folder.building, { recursive: true, mode: 0o700 });
    const path = await this.exclusively(async () => {
      const made = await mkdtemp(join(this.folder.building, "build-"));
      this.building.add(basename(made));
      return made;
    });
    let needed = async () => {};
    const remove = async () => {
      await needed();
      await removeTree(path);
      this.building.delete(basename(path));
    };
    return {
      path,
      keepUntil: (until) => (needed = until),
      // Not awaited: an installer may go on in it for another build, which does not keep this one. What fails is removed later.
      [Symbol.asyncDispose]: async () => void remove().catch(() => this.building.delete(basename(path))),
    };
  }

  /** Nothing else changes images or tags until the work is done. */
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
    // As the base image says that it has what runs a notebook.
    labels: { "rocas.onboard": "1", ...labels },
    env,
    workdir: "tree",
  };
}

async function readDockerfile(entries: readonly TreeEntry[], folder: string): Promise<string> {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  const named = byPath.get("Dockerfile");
  const path = named?.kind === "link" ? followLink(named, byPath) : "Dockerfile";
  if (path === null || byPath.get(path)?.kind !== "file")
    throw new ImageBuildError("The project has no Dockerfile in its top folder.");
  return readFile(join(folder, path), "utf8");
}

/**
 * The entries in the folder of the project, by their paths there. @throws ImageBuildError if that is the whole image
 */
function projectEntries(placed: readonly PlacedEntry[], folder: string): PlacedEntry[] {
  if (placed.length > 0 && folder === "/")
    throw new ImageBuildError(
      "The project lies in the top folder of the image: the Dockerfile needs a WORKDIR before its COPY.",
    );
  const above = `${folder.slice(1)}/`;
  const inside = placed
    .filter(({ path }) => path.startsWith(above))
    .map(({ path, entry }) => ({ entry, path: path.slice(above.length) }));
  checkPlaced(inside);
  return inside;
}

/** @throws ImageBuildError for a file that no run would find */
function refuseLostFiles(
  placed: readonly PlacedEntry[],
  { folder, copies }: DockerfilePlan,
  { installerFiles: read }: ResolvedEnvironment,
): void {
  const lost = placed.find(
    ({ path, entry }) => entry.kind !== "folder" && !`/${path}`.startsWith(`${folder}/`) && !read.has(`/${path}`),
  );
  if (!lost) return;
  const copy = copies.find(({ target }) => `/${lost.path}`.startsWith(target)) ?? copies[0]!;
  throw new ImageBuildError(
    `The Dockerfile, ${copy.shown} is not carried out without an engine: /${lost.path} lies outside of the project's folder, ${folder}; copy it into that.`,
  );
}

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);
