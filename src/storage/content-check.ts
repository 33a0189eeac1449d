import { createHash } from "node:crypto";
import { Transform, type TransformCallback } from "node:stream";
import type { ExpectedFile } from "./file-storage.js";
import type { MismatchError } from "./storage-errors.js";

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
