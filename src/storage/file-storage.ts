import type { Readable } from "node:stream";

export interface ExpectedFile {
  /** 64 lower-case hex digits. */
  readonly sha256: string;
  readonly size: number;
}

export interface StorageSize {
  readonly files: number;
  readonly bytes: number;
}

/** A file of the storage, by its name in it. */
export interface ListedFile {
  readonly sha256: string;
  readonly size: number;
}

/** Content that is complete, and not yet checked. */
export interface ReceivedFile {
  /** The path of the file, which the receiver may move; null if it is in no folder of this machine. */
  readonly path: string | null;
  read(): Readable;
}

/** A range of bytes from 0, both ends included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Stores files by the hash of their content. An interrupted write leaves nothing visible. */
export interface FileStorage {
  /**
   * Writes content, checks size and hash, and syncs before it resolves. Repeated content is checked, and changes
   * nothing.
   * @throws BAD_USER_INPUT if size or hash differ; LIMIT_EXCEEDED if the disk's reserve or a bound is reached;
   * STORE_UNAVAILABLE if the storage cannot be used.
   */
  write(content: Readable, expected: ExpectedFile): Promise<void>;
  /** Does the same with a received file, which it may move. @throws as `write` */
  take(received: ReceivedFile, expected: ExpectedFile): Promise<void>;
  /**
   * Streams the content, or a range of it. The whole stream fails at its end if the hash is wrong. A range is not
   * checked: that would read the whole file.
   * @throws NOT_FOUND
   */
  read(sha256: string, range?: ByteRange): Promise<Readable>;
  has(sha256: string): Promise<boolean>;
  /** Resolves also if some are missing. */
  remove(hashes: readonly string[]): Promise<void>;
  /** Lists all files, in no order. */
  list(): AsyncIterable<ListedFile>;
  /** Returns number and bytes of the files. Reads the size of every one. */
  size(): Promise<StorageSize>;
}

/** Content that arrives in several requests. It survives a crash, and is kept for a day after its last byte. */
export interface PartialFiles {
  /** Returns the number of bytes that are there, or 0. */
  size(id: string): Promise<number>;
  /**
   * Adds content from the offset on; offset 0 starts again. Interrupted content is kept. The last byte calls
   * `onComplete` with the whole, which then goes. Returns the number of bytes that are there.
   * @throws OffsetConflict if another number of bytes is there, UploadBusy if another request is adding, BAD_USER_INPUT
   * if there is more than expected, LIMIT_EXCEEDED if the disk is too full, and the errors of `onComplete`. After
   * BAD_USER_INPUT the content is gone.
   */
  append(
    id: string,
    offset: number,
    content: Readable,
    expected: ExpectedFile,
    onComplete: (received: ReceivedFile) => Promise<void>,
  ): Promise<number>;
  /** Removes content without a new byte for that long. */
  sweep(graceMs?: number): Promise<void>;
}
