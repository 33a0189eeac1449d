/** An untagged image that a build made on its way. */
export interface IntermediateImage {
  /** `sha256:...` */
  readonly _id: string;
  /** The time of the next attempt to remove it. */
  readonly due_at: Date;
}

/** A tag on the engine that is to be removed. */
export interface UnneededTag {
  /** The image reference. */
  readonly _id: string;
  readonly since: Date;
  /** The time of the last attempt that failed. */
  readonly seen_at?: Date;
  /** Only for a user's tag: it goes if it names one of these images. */
  readonly alias?: { readonly proj: string; readonly tag: string; readonly images: readonly string[] };
}
