/** What the worker is started with. */
export interface WorkerStart {
  readonly dataFolder: string;
}

/** What the worker tells: once how opening went, later what should not have happened. */
export type WorkerReport =
  | { readonly kind: "listening"; readonly uri: string }
  | { readonly kind: "refused"; readonly message: string }
  | { readonly kind: "fault"; readonly message: string };

export const CLOSE = "close";
