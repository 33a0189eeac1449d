import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { pack } from "tar-stream";
import type { ImageBuilder, OnLog } from "../runtime/image-builder.js";
import { type ImageFile, imageFiles } from "./image-files.js";

/** The first line of every project's Dockerfile. */
export const BASE_IMAGE = "rocas/onboard:latest";

const CONTENT_LABEL = "rocas.onboard.content";

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
  const files = await imageFiles();
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

function hashOf(files: readonly ImageFile[]): string {
  const hash = createHash("sha256");
  for (const { name, content } of files) hash.update(`${name}\0${content.length}\0`).update(content);
  return hash.digest("hex");
}

function contextOf(files: readonly ImageFile[], hash: string): Readable {
  const context = pack();
  for (const { name, content } of files) {
    const label = name === "Dockerfile" ? `\nLABEL ${CONTENT_LABEL}=${hash}\n` : "";
    context.entry({ name, mode: 0o644, mtime: new Date(0) }, Buffer.concat([content, Buffer.from(label)]));
  }
  context.finalize();
  return Readable.from(context);
}
