import type { StoredFile } from "../graph/stored-file.js";

/** A part of a manifest, which never changes. `_id` is `<list>/<n>`, in order. */
export interface FileListPart {
  readonly _id: string;
  /** Made by `newListId`: it begins with the id of the record. */
  readonly list: string;
  readonly record: string;
  /** Number of the part, from 0. */
  readonly n: number;
  /** Name of the first file. */
  readonly first: string;
  readonly files: readonly StoredFile[];
  /** Time of the last check if something needs the list; on the first part only. */
  readonly checked_at?: Date;
  /** Time since which nothing needs the list. */
  readonly unneeded_since?: Date;
}

/**
 * A file whose bytes have not arrived, or one of a manifest that is still open. `of` is the id of a file list in the
 * first case, and of the record in the second. `_id` is `<of>/<name>`.
 */
export interface MissingFile extends StoredFile {
  readonly _id: string;
  readonly of: string;
  readonly record: string;
  readonly since: Date;
}

/** A file that a removed record may have left unneeded. `_id` is `<place>/<sha256>`. */
export interface UnneededFile {
  readonly _id: string;
  readonly place: FilePlace;
  readonly sha256: string;
  readonly since: Date;
  /** New at each release: two times may share a millisecond. */
  readonly wish: string;
  /** Time at which a process began to delete it, or 1970. */
  readonly removing: Date;
}

/** The storage: lightweight files are in the database. */
export type FilePlace = "files" | "lightweight";
