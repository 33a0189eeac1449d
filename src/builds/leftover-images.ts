/** An image without a tag that a build made on its way: a step of one that failed, or of an earlier stage. */
export interface IntermediateImage {
  /** `sha256:...` */
  readonly _id: string;
  /** The time at which it is looked at next. */
  readonly due_at: Date;
}

/** A tag of an image on the engine that is to go. */
export interface UnneededTag {
  /** The reference. */
  readonly _id: string;
  readonly since: Date;
  /** The time of the last look at which it could not go. */
  readonly seen_at?: Date;
  /** Of a human tag: whose it was, and the images of the versions that went, one of which it may name. */
  readonly alias?: { readonly proj: string; readonly tag: string; readonly images: readonly string[] };
}
