/** The sender of a request. Without a token, on loopback, it is the operator `local`. */
export interface Caller {
  readonly name: string;
}

/** Rocas itself, which writes as the reconciler. */
export const ROCAS: Caller = { name: "rocas" };

/** The time that an operation may take. */
export interface TimeLimit {
  /** Aborted if the time is over or the client has left; its reason is written for the client. */
  readonly signal: AbortSignal;
  /** In milliseconds of `performance.now()`. */
  readonly endsAt: number;
  /** True for mutations. Their writes come to their end even if the time is over. */
  readonly mayWrite: boolean;
}
