import { createHash } from "node:crypto";
import { Transform, type TransformCallback } from "node:stream";
import { DomainError } from "../errors.js";
import type { ExpectedFile } from "./file-storage.js";

/** The sent content differs from the declared one: the sender's fault. */
export const uploadMismatch = (what: string): DomainError => new DomainError("BAD_USER_INPUT", what);

/** The stored content differs from the written one. Not an input error: it is masked and logged as an alarm. */
export const storedMismatch =
  (sha256: string) =>
  (what: string): Error =>
    new DamagedFile(`The stored file ${sha256} is damaged. ${what}`);

/** A stored file no longer has its hash. */
export class DamagedFile extends Error {}

export const contentNotFound = (): DomainError => new DomainError("NOT_FOUND", "There is no file with this content.");

export const invalidDeclaration = (): DomainError =>
  new DomainError(
    "BAD_USER_INPUT",
    "A file is declared by its SHA-256 (64 lower-case hex digits) and its size in bytes.",
  );

/** The sender's offset differs from the number of bytes that are there. */
export class OffsetConflict extends DomainError {
  constructor(readonly offset: number) {
    super("CONFLICT", `${offset} bytes of the file are there: go on from that offset.`);
  }
}

/** Only one request at a time sends a file. */
export class UploadBusy extends DomainError {
  constructor() {
    super("CONFLICT", "Another request is sending this file: try again when it has ended.");
  }
}

/** Makes the error: only the caller knows the cause. */
export type MismatchError = (what: string) => Error;

/**
 * Passes content on, and fails if size or hash are wrong. The last piece waits for the hash: a reader that counts bytes
 * never takes damaged content for whole.
 */
export class ContentCheck extends Transform {
  private readonly hash = createHash("sha256");
  private size = 0;
  private lastPiece: Buffer | null = null;

  constructor(
    private readonly expected: { readonly sha256: string; readonly size: number | null },
    private readonly mismatch: MismatchError,
  ) {
    super();
  }

  override _transform(piece: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.size += piece.length;
    if (this.expected.size !== null && this.size > this.expected.size)
      return done(this.mismatch(`The content is longer than the ${this.expected.size} bytes that were declared.`));
    this.hash.update(piece);
    if (this.lastPiece) this.push(this.lastPiece);
    this.lastPiece = piece;
    done();
  }

  override _flush(done: TransformCallback): void {
    if (this.expected.size !== null && this.size !== this.expected.size)
      return done(this.mismatch(`The content has ${this.size} bytes where ${this.expected.size} were declared.`));
    if (this.hash.digest("hex") !== this.expected.sha256)
      return done(this.mismatch("The content does not have the SHA-256 that was declared."));
    if (this.lastPiece) this.push(this.lastPiece);
    done();
  }
}

const SHA256 = /^[0-9a-f]{64}$/;

/** True if the text may become part of a path or a query. */
export const isSha256 = (text: string): boolean => SHA256.test(text);

export const isExpectedFile = ({ sha256, size }: ExpectedFile): boolean =>
  isSha256(sha256) && Number.isSafeInteger(size) && size >= 0;
