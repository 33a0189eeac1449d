/** The sender of a request. Without a token, on loopback, it is the operator `local`. */
export interface Caller {
  readonly name: string;
}

/** Rocas itself: what the reconciler writes. */
export const ROCAS: Caller = { name: "rocas" };

/** The time until which the client waits for the answer to an operation. */
export interface TimeLimit {
  /** Aborted when the time is over, or nobody waits any more; its reason says which, for the client. */
  readonly signal: AbortSignal;
  /** On the clock of `performance.now()`. */
  readonly endsAt: number;
  /** True if it may write. What a mutation has begun comes to its end then, whatever the time. */
  readonly mayWrite: boolean;
}
