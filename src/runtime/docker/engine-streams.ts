import type { Readable } from "node:stream";
import { endOf, printable } from "../../text/printable.js";
import { runtimeUnavailable } from "./engine-dial.js";

/** One line of the engine's answer to a build, a pull or a push. */
export interface EngineEvent {
  readonly stream?: string;
  readonly status?: string;
  readonly id?: string;
  readonly progressDetail?: { readonly total?: number };
  readonly error?: string;
  readonly aux?: { readonly ID?: string; readonly Digest?: string };
}

const MAX_LINE = 4 * 1024 * 1024;

/** @throws RUNTIME_UNAVAILABLE if the stream breaks off */
export async function* engineEvents(answer: Readable): AsyncGenerator<EngineEvent> {
  const decoder = new TextDecoder();
  let waiting = "";
  try {
    for await (const piece of answer) {
      const lines = (waiting + decoder.decode(piece as Buffer, { stream: true })).split("\n");
      waiting = lines.pop()!;
      if (waiting.length > MAX_LINE) throw new Error("The engine's answer has a line without end.");
      for (const line of lines) if (line.trim()) yield JSON.parse(line) as EngineEvent;
    }
  } catch (error) {
    throw runtimeUnavailable("The container engine broke off.", error);
  } finally {
    answer.destroy();
  }
  if (waiting.trim()) yield JSON.parse(waiting) as EngineEvent;
}

/**
 * Reads all events. A failed build, pull or push is HTTP 200 and a complete stream: only its last event says so.
 * @returns the engine's error message, or null
 */
export async function readEvents(answer: Readable, onEvent: (event: EngineEvent) => void): Promise<string | null> {
  let failure: string | null = null;
  for await (const event of engineEvents(answer)) {
    if (event.error) failure = event.error;
    else onEvent(event);
  }
  return failure;
}

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
