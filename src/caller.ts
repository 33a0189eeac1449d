/** The sender of a request. Without a token, on loopback, it is the operator `local`. */
export interface Caller {
  readonly name: string;
}

/** Rocas itself, which writes as the reconciler. */
export const ROCAS: Caller = { name: "rocas" };
