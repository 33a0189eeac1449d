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

/** Files by the hash of their content. What is there is whole: a write that breaks off leaves nothing visible. */
export interface FileStorage {
  /**
   * Streams the content in, checked against size and hash, synced before it resolves. A repeated write of the same hash
   * changes nothing (the content is still read and checked).
   * @throws BAD_USER_INPUT where size or hash differ; LIMIT_EXCEEDED where the disk's reserve or a bound is reached.
   */
  write(content: Readable, expected: ExpectedFile): Promise<void>;
  /** Streams the content out; the stream fails at its end where the content no longer has its hash. @throws NOT_FOUND */
  read(sha256: string): Promise<Readable>;
  has(sha256: string): Promise<boolean>;
  /** Resolves also when there is none. */
  remove(sha256: string): Promise<void>;
  /** How many files are there, and their bytes. It looks at every one. */
  size(): Promise<StorageSize>;
}
