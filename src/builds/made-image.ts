/** An image without a tag that a build made on its way: a step of one that failed, or of an earlier stage. */
export interface MadeImage {
  /** `sha256:...` */
  readonly _id: string;
  /** The time at which it is looked at next. */
  readonly due_at: Date;
}
