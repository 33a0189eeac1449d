/** The sender of a request. Without a token, on loopback, it is the operator `local`. */
export interface Caller {
  readonly name: string;
}

/** Rocas itself: what the reconciler writes. */
export const ROCAS: Caller = { name: "rocas" };
