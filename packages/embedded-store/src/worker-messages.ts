/** What the worker is started with. */
export interface WorkerStart {
  readonly dataFolder: string;
}

/** Why a folder was refused, as an error keeps it; `code` and `path` are the operating system's, if it refused. */
export interface Refusal {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly path?: string;
  readonly syscall?: string;
}

/** What the worker tells: once how opening went, later what should not have happened. */
export type WorkerReport =
  | { readonly kind: "listening"; readonly uri: string }
  | { readonly kind: "refused"; readonly refusal: Refusal }
  | { readonly kind: "fault"; readonly message: string };

export const CLOSE = "close";
