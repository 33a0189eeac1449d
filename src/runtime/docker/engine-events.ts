import type { Readable } from "node:stream";
import { MIB } from "../../units.js";
import { runtimeUnavailable } from "./engine-dial.js";

/** One line of the engine's answer to a build, pull or push. */
export interface EngineEvent {
  readonly stream?: string;
  readonly status?: string;
  readonly id?: string;
  readonly progressDetail?: { readonly total?: number };
  readonly error?: string;
  /** A text is BuildKit's trace (`decodeTrace`). */
  readonly aux?: { readonly ID?: string; readonly Digest?: string } | string;
}

const MAX_LINE = 4 * MIB;

/** Reads a stream of lines of JSON. @throws RUNTIME_UNAVAILABLE if it breaks off */
export async function* jsonLines<T>(answer: Readable): AsyncGenerator<T> {
  const decoder = new TextDecoder();
  let waiting = "";
  try {
    for await (const piece of answer) {
      const lines = (waiting + decoder.decode(piece as Buffer, { stream: true })).split("\n");
      waiting = lines.pop()!;
      if (waiting.length > MAX_LINE) throw new Error("The engine's answer has a line without end.");
      for (const line of lines) if (line.trim()) yield JSON.parse(line) as T;
    }
  } catch (error) {
    throw runtimeUnavailable("The container engine broke off.", error);
  } finally {
    answer.destroy();
  }
  if (waiting.trim()) yield JSON.parse(waiting) as T;
}

/**
 * Reads all events. A failed build, pull or push is HTTP 200 and a complete stream: only its last event says so.
 * @returns the engine's error message, or null
 */
export async function readEvents(answer: Readable, onEvent: (event: EngineEvent) => void): Promise<string | null> {
  let failure: string | null = null;
  for await (const event of jsonLines<EngineEvent>(answer)) {
    if (event.error) failure = event.error;
    else onEvent(event);
  }
  return failure;
}
