import type { Readable } from "node:stream";
import { extract } from "tar-stream";

const MOST_BYTES = 1024 * 1024;
const isDockerfile = (name: string): boolean => /^(?:\.\/)?Dockerfile$/.test(name);

/** The Dockerfile at the root of a build context, or null. Reads no further than to it. */
export async function dockerfileOf(context: Readable): Promise<string | null> {
  const entries = extract();
  context.once("error", (error) => entries.destroy(error));
  context.pipe(entries);
  try {
    for await (const entry of entries) {
      if (isDockerfile(entry.header.name) && entry.header.type === "file")
        return await textOf(entry as unknown as AsyncIterable<Uint8Array>);
      entry.resume();
    }
    return null;
  } finally {
    context.destroy();
    entries.destroy();
  }
}

async function textOf(entry: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of entry) {
    size += piece.length;
    if (size > MOST_BYTES) break;
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}

const ON_BOARD = /^[ \t]*FROM[ \t]+(?:--platform=\S+[ \t]+)?rocas\/onboard(?:[:@]\S*)?(?:\s|$)/im;

/** True if one of its stages starts with the base image. */
export const startsOnBoard = (dockerfile: string): boolean => ON_BOARD.test(dockerfile);
