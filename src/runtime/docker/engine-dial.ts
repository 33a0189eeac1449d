import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import type Docker from "dockerode";
import { EngineRefusal, isAway, noAnswer, unavailable } from "./engine-errors.js";

/** A request to the engine, in the words of docker-modem. */
export interface EngineRequest {
  readonly method: string;
  readonly path: string;
  readonly options?: object;
  readonly file?: Readable | Buffer;
  readonly authconfig?: object;
  readonly abortSignal?: AbortSignal;
  /** The answer is handed on as it comes, without a time limit: a step of a build may be silent for long. */
  readonly isStream?: boolean;
  /** The engine passes a registry's failure on as its own: what it says then is a refusal, whatever the status. */
  readonly isOfRegistry?: boolean;
}

type Dial = (
  asked: EngineRequest & { readonly statusCodes: object },
  callback: (error: unknown, answer?: unknown) => void,
) => void;

const CALL_TIMEOUT = 30_000;
const LONGEST_MESSAGE = 4_000;
const LONGEST_ANSWER = 256 * 1024 * 1024;
const GOOD = new Set([200, 201, 204, 304]);
// docker-modem lets every status through: `GOOD` decides here.
const ANY_STATUS = Object.fromEntries(Array.from({ length: 500 }, (_, number) => [100 + number, true]));

/** All that the engine said, read to its end. dockerode looks in it for the id of what has been made. */
export class Reply {
  constructor(
    readonly status: number,
    readonly text: string,
  ) {}

  get Id(): string | undefined {
    return (parsed(this.text) as { readonly Id?: string } | null | undefined)?.Id;
  }

  /** Undefined if the engine said nothing. @throws EngineRefusal if it is no JSON. */
  json(): unknown {
    if (this.text.trim() === "") return undefined;
    const found = parsed(this.text);
    if (found === undefined)
      throw new EngineRefusal(this.status, "What answers as the container engine does not speak its language.");
    return found;
  }
}

/**
 * Takes the place of docker-modem's own dial, so that dockerode's objects get what it lacks: a time limit, an end to
 * answers that break off (docker-modem would never come back), and statuses that mean the same for every call.
 * Calls reject with RUNTIME_UNAVAILABLE if the engine does not answer, or answers with a status by which it is in trouble
 * itself, and with EngineRefusal if it says no.
 */
export function dialSafely(modem: Docker["modem"]): void {
  const own = modem as unknown as { dial: Dial };
  const dial = own.dial.bind(own);
  own.dial = (asked, callback) => {
    answered(dial, asked)
      .then((answer) => callback(null, answer))
      .catch(callback);
  };
}

async function answered(dial: Dial, asked: EngineRequest): Promise<IncomingMessage | Reply> {
  const abortSignal = asked.abortSignal ?? (asked.isStream ? undefined : AbortSignal.timeout(CALL_TIMEOUT));
  const message = await new Promise<IncomingMessage>((resolve, reject) => {
    dial({ ...asked, abortSignal, isStream: true, statusCodes: ANY_STATUS }, (error, answer) =>
      error ? reject(noAnswer(error)) : resolve(answer as IncomingMessage),
    );
  });
  const status = message.statusCode!;
  if (!GOOD.has(status)) throw refused(status, await textOf(message), asked.isOfRegistry ?? false);
  return asked.isStream ? message : new Reply(status, await textOf(message));
}

function refused(status: number, content: string, isOfRegistry: boolean): Error {
  const message = messageOf(content);
  if (isAway(status) && !(isOfRegistry && engineSaid(content) !== null))
    return unavailable(`The container engine is in trouble (status ${status}): ${message}`);
  return new EngineRefusal(status, message);
}

/** @throws RUNTIME_UNAVAILABLE if it breaks off. */
async function textOf(answer: Readable): Promise<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of answer) {
      pieces.push(piece as Buffer);
      length += (piece as Buffer).length;
      if (length > LONGEST_ANSWER) throw new Error("The engine's answer has no end.");
    }
    return Buffer.concat(pieces).toString("utf8");
  } catch (error) {
    throw noAnswer(error);
  }
}

/** Undefined if it is no JSON. */
function parsed(content: string): unknown {
  try {
    return JSON.parse(content) as unknown;
  } catch {
    return undefined;
  }
}

/** In the engine's words; null if it has none. */
function engineSaid(content: string): string | null {
  const message = (parsed(content) as { message?: unknown } | null | undefined)?.message;
  return typeof message === "string" ? message : null;
}

/** In the engine's words, or in those of what stands before it: a proxy answers with a page or a line. */
function messageOf(content: string): string {
  const said = engineSaid(content) ?? content.trim();
  return said === "" || said.startsWith("<") ? "it gave no reason" : said.slice(0, LONGEST_MESSAGE);
}
