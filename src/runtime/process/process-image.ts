import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { isAbsent } from "./run-folders.js";
import type { RunnableImage } from "./runnable-image.js";

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
