import type { Readable } from "node:stream";
import { endOf, printable } from "../../text/printable.js";
import { runtimeUnavailable } from "./engine-dial.js";

const MAX_OUTPUT = 64 * 1024;
const HEADER_BYTES = 8;

/**
 * Returns the end of a container's two outputs, in their order. Each frame of the engine's stream has a header: the
 * output, three zeros and the length.
 * @throws RUNTIME_UNAVAILABLE if the stream breaks off
 */
export async function readLastOutput(frames: Readable): Promise<string> {
  try {
    return endOf(printable((await lastBytes(frames)).toString("utf8")), MAX_OUTPUT);
  } catch (error) {
    throw runtimeUnavailable("The container engine broke off.", error);
  }
}

async function lastBytes(frames: Readable): Promise<Buffer> {
  let waiting = Buffer.alloc(0);
  let output = Buffer.alloc(0);
  for await (const piece of frames) {
    waiting = Buffer.concat([waiting, piece as Buffer]);
    const texts: Buffer[] = [];
    let at = 0;
    while (waiting.length - at >= HEADER_BYTES) {
      const end = at + HEADER_BYTES + waiting.readUInt32BE(at + 4);
      if (end > waiting.length) break;
      texts.push(waiting.subarray(at + HEADER_BYTES, end));
      at = end;
    }
    waiting = waiting.subarray(at);
    output = Buffer.concat([output, ...texts]);
    // The cut may split an escape sequence. So more is kept here than is returned.
    if (output.length > 4 * MAX_OUTPUT) output = output.subarray(-2 * MAX_OUTPUT);
  }
  return output;
}
