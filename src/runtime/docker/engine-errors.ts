import { DomainError } from "../../errors.js";

/** The engine answered with an error. */
export class EngineRefusal extends Error {
  constructor(
    readonly status: number,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

interface EngineFailure {
  readonly statusCode?: number;
  readonly json?: { readonly message?: unknown } | null;
  readonly message?: string;
  readonly code?: string;
}

/** What dockerode threw, in our words: an answer of the engine, or none. */
export function engineError(cause: unknown): Error {
  const { statusCode, json, message, code } = cause as EngineFailure;
  if (statusCode !== undefined)
    return new EngineRefusal(statusCode, typeof json?.message === "string" ? json.message : (message ?? ""), { cause });
  return unavailable(`The container engine does not answer (${code ?? "no answer"}).`, cause);
}

export const unavailable = (message: string, cause?: unknown) =>
  new DomainError("RUNTIME_UNAVAILABLE", message, undefined, { cause });

export const hasStatus = (error: unknown, ...statuses: number[]): boolean =>
  error instanceof EngineRefusal && statuses.includes(error.status);
