import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { pack } from "tar-stream";
import type { ImageBuilder, OnLog } from "../runtime/image-builder.js";

/** The first line of every project's Dockerfile. */
export const BASE_IMAGE = "rocas/onboard:latest";

const CONTENT_LABEL = "rocas.onboard.content";

// Right in src and in dist: the compiler does not copy the image's files.
const IMAGE_FOLDER = fileURLToPath(new URL("../../src/onboard/image/", import.meta.url));

interface ContextFile {
  readonly name: string;
  readonly content: Buffer;
}

/**
 * Builds the base image if the engine lacks it or has other content. A repeated call does nothing.
 * @param onUntaggedImage receives images without a tag: those of the steps, and the earlier base image
 * @throws ImageBuildError, RUNTIME_UNAVAILABLE
 */
export async function ensureBaseImage(
  builder: ImageBuilder,
  onLog: OnLog,
  onUntaggedImage?: (image: string) => void,
): Promise<void> {
  const files = await contextFiles();
  const hash = hashOf(files);
  const present = await builder.inspect(BASE_IMAGE);
  if (present?.labels[CONTENT_LABEL] === hash) return;
  onLog(`Building the base image ${BASE_IMAGE}, which takes some minutes the first time.\n`);
  await builder.build(
    contextOf(files, hash),
    { tag: BASE_IMAGE, noCache: false, onIntermediateImage: onUntaggedImage },
    onLog,
  );
  if (present) onUntaggedImage?.(present.id);
}

async function contextFiles(): Promise<ContextFile[]> {
  const found = await readdir(IMAGE_FOLDER, { recursive: true, withFileTypes: true });
  const paths = found.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
  const names = paths.map((path) => relative(IMAGE_FOLDER, path).split(sep).join("/")).filter(isSource);
  return Promise.all(names.sort().map(async (name) => ({ name, content: await readFile(join(IMAGE_FOLDER, name)) })));
}

// Files of an interpreter or an editor are left out.
const isSource = (name: string) => !name.split("/").some((part) => part.startsWith(".") || part === "__pycache__");

function hashOf(files: readonly ContextFile[]): string {
  const hash = createHash("sha256");
  for (const { name, content } of files) hash.update(`${name}\0${content.length}\0`).update(content);
  return hash.digest("hex");
}

function contextOf(files: readonly ContextFile[], hash: string): Readable {
  const context = pack();
  for (const { name, content } of files) {
    const label = name === "Dockerfile" ? `\nLABEL ${CONTENT_LABEL}=${hash}\n` : "";
    context.entry({ name, mode: 0o644, mtime: new Date(0) }, Buffer.concat([content, Buffer.from(label)]));
  }
  context.finalize();
  return Readable.from(context);
}
