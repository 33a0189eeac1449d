import type { StoredFile } from "../graph/stored-file.js";

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
