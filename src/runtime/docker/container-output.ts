import type { Readable } from "node:stream";
import { endOf, printable } from "../../text/printable.js";
import { unavailable } from "./engine-errors.js";

const KEPT = 64 * 1024;
const HEADER = 8;

/**
 * The end of what a container wrote, both outputs in the order in which they came. Every frame of the engine's stream
 * has a header: the output, three zeros and the length.
 * @throws RUNTIME_UNAVAILABLE if the stream breaks off.
 */
export async function lastOutputOf(frames: Readable): Promise<string> {
  try {
    return endOf(printable((await endOfFrames(frames)).toString("utf8")), KEPT);
  } catch (error) {
    throw unavailable("The container engine broke off.", error);
  }
}

async function endOfFrames(frames: Readable): Promise<Buffer> {
  let waiting = Buffer.alloc(0);
  let output = Buffer.alloc(0);
  for await (const piece of frames) {
    waiting = Buffer.concat([waiting, piece as Buffer]);
    const texts: Buffer[] = [];
    let at = 0;
    while (waiting.length - at >= HEADER) {
      const end = at + HEADER + waiting.readUInt32BE(at + 4);
      if (end > waiting.length) break;
      texts.push(waiting.subarray(at + HEADER, end));
      at = end;
    }
    waiting = waiting.subarray(at);
    output = Buffer.concat([output, ...texts]);
    // The part that is cut off may hold half an escape sequence; so some more is kept than is given.
    if (output.length > 4 * KEPT) output = output.subarray(-2 * KEPT);
  }
  return output;
}
