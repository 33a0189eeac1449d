import type { Readable } from "node:stream";
import { extract } from "tar-stream";
import { MIB } from "../units.js";

const MAX_DOCKERFILE_BYTES = MIB;

/** Returns the text of the Dockerfile of that path in a build context, or null. */
export async function findDockerfile(context: Readable, path: string): Promise<string | null> {
  const entries = extract();
  context.once("error", (error) => entries.destroy(error));
  context.pipe(entries);
  try {
    for await (const entry of entries) {
      if (entry.header.name.replace(/^\.\//, "") === path && entry.header.type === "file")
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

const BASE_IMAGE = /^rocas\/onboard(?:[:@]|$)/;

/** True if a stage starts from the base image, or an argument names it. */
export const usesBaseImage = (dockerfile: string, args: Readonly<Record<string, string>>): boolean =>
  FROM_BASE_IMAGE.test(dockerfile) || Object.values(args).some((value) => BASE_IMAGE.test(value));
