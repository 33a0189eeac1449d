/** A file that a record which is gone has left, and that no other record may need. `_id` is `<place>/<sha256>`. */
export interface UnneededFile {
  readonly _id: string;
  readonly place: FilePlace;
  readonly sha256: string;
  readonly since: Date;
  /** Another one each time that it is given up: two times may fall into one millisecond. */
  readonly wish: string;
  /** The time at which a process began to remove it; the beginning of time where none has. */
  readonly removing: Date;
}

/** The storage: lightweight files lie in the store itself. */
export type FilePlace = "files" | "lightweight";
