import { createHash, randomBytes } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isAbsent, namesIn, REMOVED_PREFIX, removeTree } from "./folders.js";
import type { ProcessFolder } from "./process-folder.js";

/** The facts about an image that a run needs. */
export interface RunnableImage {
  /** The project, read-only. */
  readonly tree: string;
  /** The Python of its environment; absolute. */
  readonly python: string;
  /** The variables that its Dockerfile sets by ENV. */
  readonly env: Readonly<Record<string, string>>;
}

/** A project's tree and its environment, in place of an engine's image. */
export interface ProcessImage extends RunnableImage {
  /** `sha256:...` */
  readonly id: string;
  /** The hash that names its environment. */
  readonly environment: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** The content of `image.json`: all but the id, its folder's name. */
export type ImageRecord = Omit<ProcessImage, "id" | "tree"> & { readonly workdir: "tree" };

const IMAGE_ID = /^sha256:([0-9a-f]{64})$/;

/** Returns the 64 digits that name the image's folder; null if the text is no id. */
export const hexOf = (id: string): string | null => IMAGE_ID.exec(id)?.[1] ?? null;

/** Returns null if there is no such image. @param images the folder of all images */
export async function readImage(images: string, id: string): Promise<ProcessImage | null> {
  const hex = hexOf(id);
  if (hex === null) return null;
  try {
    const folder = join(images, hex);
    const { workdir, ...record } = JSON.parse(await readFile(join(folder, "image.json"), "utf8")) as ImageRecord;
    return { id, tree: join(folder, workdir), ...record };
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}

/** Returns ids of the images that runs need: running, ended or about to begin. @param runs the folder of all runs */
export async function imagesInUse(runs: string): Promise<ReadonlySet<string>> {
  const needed = (await namesIn(runs)).filter((name) => !name.startsWith(REMOVED_PREFIX));
  const images = await Promise.all(needed.map((name) => imageOf(join(runs, name, "spec.json"))));
  return new Set(images.filter((image) => image !== null));
}

/** Returns null if the run's specification is not written yet: the run looks for its image after that. */
async function imageOf(spec: string): Promise<string | null> {
  try {
    const { image } = JSON.parse(await readFile(spec, "utf8")) as { image?: unknown };
    return typeof image === "string" ? image : null;
  } catch (error) {
    if (isAbsent(error) || error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Writes an image's record into its folder, and returns the id, which the content decides. */
export async function writeRecord(folder: string, treeHash: string, record: ImageRecord): Promise<string> {
  const { python: _, ...decisive } = record;
  await writeFile(join(folder, "image.json"), JSON.stringify(record));
  return `sha256:${createHash("sha256")
    .update(JSON.stringify([treeHash, decisive]))
    .digest("hex")}`;
}

/** Removes untagged images that no run uses. Returns the environments of the others. */
export async function removeUnusedImages(folder: ProcessFolder, tags: ImageTags): Promise<ReadonlySet<string>> {
  const tagged = await tags.countByImage();
  const used = await imagesInUse(folder.runs);
  const environments = new Set<string>();
  for (const hex of await namesIn(folder.images)) {
    const id = `sha256:${hex}`;
    const image = tagged.has(id) || used.has(id) ? await readImage(folder.images, id) : null;
    if (image) environments.add(image.environment);
    else await removeTree(join(folder.images, hex));
  }
  return environments;
}

interface StoredTag {
  readonly reference: string;
  readonly image: string;
}

/** The images of references: a file each, replaced as a whole. References are complete, `name:tag`. */
export class ImageTags {
  constructor(private readonly folder: string) {}

  async get(reference: string): Promise<string | null> {
    return (await this.read(fileNameOf(reference)))?.image ?? null;
  }

  async set(reference: string, image: string): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const part = join(this.folder, `.${randomBytes(8).toString("hex")}`);
    await writeFile(part, JSON.stringify({ reference, image } satisfies StoredTag), { mode: 0o600 });
    await rename(part, join(this.folder, fileNameOf(reference)));
  }

  /** Resolves also if there is none. */
  async remove(reference: string): Promise<void> {
    await rm(join(this.folder, fileNameOf(reference)), { force: true });
  }

  /** Returns the number of references to each image. */
  async countByImage(): Promise<Map<string, number>> {
    const names = await namesIn(this.folder);
    const counts = new Map<string, number>();
    for (const name of names.filter((each) => !each.startsWith("."))) {
      const tag = await this.read(name);
      if (tag) counts.set(tag.image, (counts.get(tag.image) ?? 0) + 1);
    }
    return counts;
  }

  private async read(name: string): Promise<StoredTag | null> {
    try {
      return JSON.parse(await readFile(join(this.folder, name), "utf8")) as StoredTag;
    } catch (error) {
      if (isAbsent(error)) return null;
      throw error;
    }
  }
}

/** A hash, since a reference may be longer than a file's name. */
const fileNameOf = (reference: string): string => createHash("sha256").update(reference).digest("hex");
