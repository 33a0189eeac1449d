import type { StoredFile } from "../graph/stored-file.js";

/** A part of the manifest of one record, which never changes. `_id` is `<list>/<n>`, so that parts are in order. */
export interface FileListPart {
  readonly _id: string;
  /** `newList` made it: it begins with the id of the record. */
  readonly list: string;
  readonly record: string;
  /** Counts the parts of the list, from 0. */
  readonly n: number;
  /** The name of the first file. */
  readonly first: string;
  readonly files: readonly StoredFile[];
  /** The time at which a sweep last looked if something needs the list; on the first part alone, as the next. */
  readonly checked_at?: Date;
  /** The time since which nothing has. */
  readonly unneeded_since?: Date;
}

/**
 * A file that a long manifest announces and whose bytes have not arrived, or one that has been added to a manifest
 * that is not complete. Which of both `of` says: a list, or the id of a record. `_id` is `<of>/<name>`.
 */
export interface MissingFile extends StoredFile {
  readonly _id: string;
  readonly of: string;
  readonly record: string;
  readonly since: Date;
}

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
