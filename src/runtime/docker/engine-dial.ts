import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import type Docker from "dockerode";
import { DomainError } from "../../errors.js";
import { MIB } from "../../units.js";
import { EngineRefusal } from "../engine-refusal.js";
import { statusOf } from "./engine-dialect.js";
import { engineTrouble } from "./engine-trouble.js";

/** Translates the error of a connection. */
const connectionError = (cause: unknown) =>
  runtimeUnavailable(
    `The container engine does not answer (${(cause as { code?: string }).code ?? "it broke off"}).`,
    cause,
  );

export const runtimeUnavailable = (message: string, cause?: unknown) =>
  new DomainError("RUNTIME_UNAVAILABLE", message, undefined, { cause });

/**
 * True if the engine, or a proxy before it, is in trouble itself. The same call may succeed later. The status says
 * nothing about the request.
 */
export const isTransientStatus = (status: number): boolean => status >= 500 || status === 408 || status === 429;

export const hasStatus = (error: unknown, ...statuses: number[]): boolean =>
  error instanceof EngineRefusal && statuses.includes(error.status);

/** A request to the engine, in docker-modem's terms. */
export interface EngineRequest {
  readonly method: string;
  readonly path: string;
  readonly options?: object;
  readonly file?: Readable | Buffer;
  readonly authconfig?: object;
  readonly abortSignal?: AbortSignal;
  /** Passes the answer on as it comes, without a time limit: a build step may be silent for long. */
  readonly isStream?: boolean;
  /** The engine passes a registry's failure on as its own. With this flag it is a refusal at any status. */
  readonly isOfRegistry?: boolean;
}

type Dial = (
  request: EngineRequest & { readonly statusCodes: object },
  callback: (error: unknown, answer?: unknown) => void,
) => void;

const CALL_TIMEOUT_MS = 30_000;
const MAX_MESSAGE = 4_000;
const MAX_ANSWER = 256 * MIB;
const GOOD = new Set([200, 201, 204, 304]);
// docker-modem accepts every status: `GOOD` decides here.
const ANY_STATUS = Object.fromEntries(Array.from({ length: 500 }, (_, number) => [100 + number, true]));

/** An engine's whole answer. dockerode reads a new object's id from it. */
export class Reply {
  constructor(
    readonly status: number,
    readonly text: string,
  ) {}

  get Id(): string | undefined {
    return (parseJson(this.text) as { readonly Id?: string } | null | undefined)?.Id;
  }

  /** Returns undefined for an empty answer. @throws EngineRefusal if it is no JSON */
  json(): unknown {
    if (this.text.trim() === "") return undefined;
    const found = parseJson(this.text);
    if (found === undefined)
      throw new EngineRefusal(this.status, "What answers as the container engine does not speak its language.");
    return found;
  }
}

/**
 * Replaces docker-modem's own dial, so that dockerode's objects get what it lacks: a time limit, an end to answers that
 * break off (docker-modem would wait for ever), and statuses that mean the same for every call.
 * Calls reject with RUNTIME_UNAVAILABLE if the engine does not answer or is in trouble itself, and with EngineRefusal
 * if it refuses.
 */
export function dialSafely(modem: Docker["modem"]): void {
  const own = modem as unknown as { dial: Dial };
  const dial = own.dial.bind(own);
  own.dial = (request, callback) => {
    send(dial, request)
      .then((answer) => callback(null, answer))
      .catch(callback);
  };
}

async function send(dial: Dial, request: EngineRequest): Promise<IncomingMessage | Reply> {
  const abortSignal = request.abortSignal ?? (request.isStream ? undefined : AbortSignal.timeout(CALL_TIMEOUT_MS));
  const message = await new Promise<IncomingMessage>((resolve, reject) => {
    dial({ ...request, abortSignal, isStream: true, statusCodes: ANY_STATUS }, (error, answer) =>
      error ? reject(connectionError(error)) : resolve(answer as IncomingMessage),
    );
  });
  const status = message.statusCode!;
  if (!GOOD.has(status)) throw errorOf(status, await readText(message), request);
  return request.isStream ? message : new Reply(status, await readText(message));
}

/** The words of a registry, and of a build that is refused, may be about another machine. They stay as they are. */
function errorOf(given: number, content: string, { isOfRegistry, isStream }: EngineRequest): Error {
  const message = errorMessage(content);
  const status = isStream ? given : statusOf(given, message);
  const isTransient = isTransientStatus(status) && !(isOfRegistry && engineMessage(content) !== null);
  const trouble = isTransient || !isStream ? engineTrouble(message) : null;
  if (trouble) return runtimeUnavailable(trouble);
  if (isTransient) return runtimeUnavailable(`The container engine is in trouble (status ${status}): ${message}`);
  return new EngineRefusal(status, message);
}

/** @throws RUNTIME_UNAVAILABLE if the answer breaks off */
async function readText(answer: Readable): Promise<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of answer) {
      pieces.push(piece as Buffer);
      length += (piece as Buffer).length;
      if (length > MAX_ANSWER) throw new Error("The engine's answer has no end.");
    }
    return Buffer.concat(pieces).toString("utf8");
  } catch (error) {
    throw connectionError(error);
  }
}

/** Returns undefined if it is no JSON. */
function parseJson(content: string): unknown {
  try {
    return JSON.parse(content) as unknown;
  } catch {
    return undefined;
  }
}

/** Returns the engine's message; null if there is none. */
function engineMessage(content: string): string | null {
  const message = (parseJson(content) as { message?: unknown } | null | undefined)?.message;
  return typeof message === "string" ? message : null;
}

/** Returns the engine's message, or that of a proxy before it: a page or a line. */
function errorMessage(content: string): string {
  const message = engineMessage(content) ?? content.trim();
  return message === "" || message.startsWith("<") ? "it gave no reason" : message.slice(0, MAX_MESSAGE);
}
