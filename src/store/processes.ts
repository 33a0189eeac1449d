/** One process of the installation. */
interface Present {
  readonly id: string;
  readonly seen_at: Date;
  /** The machine and folder outside of which nothing of what it builds and runs can be seen; null if that is an engine's. */
  readonly home?: string | null;
}

/** The processes of the installation: one document, changed by compare-and-set of its version. */
export interface Processes {
  readonly _id: string;
  readonly version: number;
  readonly there: readonly Present[];
  /** The last process, while it puts away what all of them share; until then if it dies meanwhile. */
  readonly leaving: { readonly id: string; readonly until: Date } | null;
}
