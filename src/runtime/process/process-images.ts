import { createHash, randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { imageReference } from "../image-reference.js";
import { isAbsent } from "./run-folders.js";

/** The facts about an image that a run needs. */
export interface RunnableImage {
  /** The project, read-only. */
  readonly tree: string;
  /** Of its environment; absolute. */
  readonly python: string;
  /** The variables that its Dockerfile sets by ENV. */
  readonly env: Readonly<Record<string, string>>;
}

/** A project's tree and its environment: what an engine would call an image. */
export interface ProcessImage extends RunnableImage {
  /** `sha256:...` */
  readonly id: string;
  /** The hash that names its environment. */
  readonly environment: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** `image.json`: all but the id, which is the folder's name. */
export type ImageRecord = Omit<ProcessImage, "id" | "tree"> & { readonly workdir: "tree" };

const IMAGE_ID = /^sha256:([0-9a-f]{64})$/;

/** The 64 digits by which the folder of an image is called; null for what is no id. */
export const hexOf = (id: string): string | null => IMAGE_ID.exec(id)?.[1] ?? null;

/** @param images the folder of all of them. Null if it has no such image. */
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

/** Ids of the images that runs need, whether they are running, have ended or are about to begin. @param runs the folder of all of them */
export async function imagesInUse(runs: string): Promise<ReadonlySet<string>> {
  const names = await readdir(runs).catch((error: unknown) => {
    if (isAbsent(error)) return [];
    throw error;
  });
  const needed = names.filter((name) => !name.startsWith(".gone-"));
  const images = await Promise.all(needed.map((name) => imageOf(join(runs, name, "spec.json"))));
  return new Set(images.filter((image) => image !== null));
}

/** Null for a run whose specification is not written yet: its image is looked for after that. */
async function imageOf(spec: string): Promise<string | null> {
  try {
    const { image } = JSON.parse(await readFile(spec, "utf8")) as { image?: unknown };
    return typeof image === "string" ? image : null;
  } catch (error) {
    if (isAbsent(error) || error instanceof SyntaxError) return null;
    throw error;
  }
}

interface StoredTag {
  readonly reference: string;
  readonly image: string;
}

/** The image that each reference names: a file each, replaced as a whole. References are in full, `name:tag`. */
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
    const names = await readdir(this.folder).catch(() => [] as string[]);
    const countByImage = new Map<string, number>();
    for (const name of names.filter((each) => !each.startsWith("."))) {
      const tag = await this.read(name);
      if (tag) countByImage.set(tag.image, (countByImage.get(tag.image) ?? 0) + 1);
    }
    return countByImage;
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

/** A reference is longer than the name of a file may be. */
const fileNameOf = (reference: string): string => createHash("sha256").update(reference).digest("hex");

/** With `latest` if it says no tag. @throws BAD_USER_INPUT for what is no reference */
export function fullReference(text: string): string {
  const { repository, tag } = imageReference(text);
  return `${repository}:${tag}`;
}
