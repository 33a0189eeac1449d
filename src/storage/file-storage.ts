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

/** Content of which every byte is there, and which nobody has checked. */
export interface ReceivedFile {
  /** The path of the file; the one who takes it may move it away. */
  readonly path: string;
  read(): Readable;
}

/** Bytes from the first to the last of them, both included, counted from 0. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Files by the hash of their content. What is there is whole: a write that breaks off leaves nothing visible. */
export interface FileStorage {
  /**
   * Streams the content in, checked against size and hash, synced before it resolves. A repeated write of the same hash
   * changes nothing (the content is still read and checked).
   * @throws BAD_USER_INPUT if size or hash differ; LIMIT_EXCEEDED if the disk's reserve or a bound is reached.
   */
  write(content: Readable, expected: ExpectedFile): Promise<void>;
  /** The same of content that has arrived already, which may be moved in place of copied. @throws as `write` */
  take(received: ReceivedFile, expected: ExpectedFile): Promise<void>;
  /**
   * Streams the content out, or a range of it. Whole, the stream fails at its end if the content no longer has its hash;
   * a range is not checked, since that would take all of the file. @throws NOT_FOUND
   */
  read(sha256: string, range?: ByteRange): Promise<Readable>;
  has(sha256: string): Promise<boolean>;
  /** Resolves also if some are not there. */
  remove(hashes: readonly string[]): Promise<void>;
  /** Returns the number of files, and their bytes. It looks at every one. */
  size(): Promise<StorageSize>;
}

/** Content that arrives in several requests. What is there stays through a crash, for a day after its last byte. */
export interface PartialFiles {
  /** Returns the number of bytes that are there; 0 if there is nothing. */
  size(id: string): Promise<number>;
  /**
   * Adds content from the offset on; at offset 0 it begins anew. What came is kept if the content breaks off. With the
   * last byte `whole` is given all of it, once, and it goes. Gives how many bytes are there.
   * @throws OffsetConflict if another number of bytes is there, UploadBusy if another request is adding,
   *   BAD_USER_INPUT if there is more than expected, LIMIT_EXCEEDED if the disk is too full, and what `whole` throws:
   *   after BAD_USER_INPUT the content is gone, since it is not what was announced.
   */
  append(
    id: string,
    offset: number,
    content: Readable,
    expected: ExpectedFile,
    onComplete: (received: ReceivedFile) => Promise<void>,
  ): Promise<number>;
  /** Lets go what nobody has added to for that long. */
  sweep(graceMs?: number): Promise<void>;
}
