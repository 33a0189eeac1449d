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
