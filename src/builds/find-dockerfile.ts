import type { Readable } from "node:stream";
import { extract } from "tar-stream";
import { MIB } from "../units.js";

const MAX_DOCKERFILE_BYTES = MIB;

const isDockerfile = (name: string): boolean => /^(?:\.\/)?Dockerfile$/.test(name);

/** Returns the Dockerfile at the root of a build context, or null. */
export async function findDockerfile(context: Readable): Promise<string | null> {
  const entries = extract();
  context.once("error", (error) => entries.destroy(error));
  context.pipe(entries);
  try {
    for await (const entry of entries) {
      if (isDockerfile(entry.header.name) && entry.header.type === "file")
        return await readText(entry as unknown as AsyncIterable<Uint8Array>);
      entry.resume();
    }
    return null;
  } finally {
    context.destroy();
    entries.destroy();
  }
}

async function readText(entry: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of entry) {
    size += piece.length;
    if (size > MAX_DOCKERFILE_BYTES) break;
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}

const FROM_BASE_IMAGE = /^[ \t]*FROM[ \t]+(?:--platform=\S+[ \t]+)?rocas\/onboard(?:[:@]\S*)?(?:\s|$)/im;

/** True if a stage starts from the base image. */
export const usesBaseImage = (dockerfile: string): boolean => FROM_BASE_IMAGE.test(dockerfile);
