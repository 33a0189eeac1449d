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

/** The error of a connection, in our words. */
export const noAnswer = (cause: unknown) =>
  unavailable(`The container engine does not answer (${(cause as { code?: string }).code ?? "it broke off"}).`, cause);

export const unavailable = (message: string, cause?: unknown) =>
  new DomainError("RUNTIME_UNAVAILABLE", message, undefined, { cause });

/**
 * True if the engine, or a proxy before it, says with the status that it is in trouble itself: the same call may succeed
 * in a while. It has nothing to say about what was asked.
 */
export const isAway = (status: number): boolean => status >= 500 || status === 408 || status === 429;

export const hasStatus = (error: unknown, ...statuses: number[]): boolean =>
  error instanceof EngineRefusal && statuses.includes(error.status);
