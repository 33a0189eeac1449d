import { createHash } from "node:crypto";
import { Transform, type TransformCallback } from "node:stream";
import type { ExpectedFile } from "./file-storage.js";

/** Says what is wrong; the caller knows whose fault it is. */
export type Differs = (what: string) => Error;

/**
 * Passes content on and fails if its size or hash is not the expected one. The last piece is held back until the
 * hash is known, so that whoever counts bytes never takes damaged content for whole.
 */
export class ContentCheck extends Transform {
  private readonly hash = createHash("sha256");
  private size = 0;
  private held: Buffer | null = null;

  constructor(
    private readonly expected: { readonly sha256: string; readonly size: number | null },
    private readonly differs: Differs,
  ) {
    super();
  }

  override _transform(piece: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.size += piece.length;
    if (this.expected.size !== null && this.size > this.expected.size)
      return done(this.differs(`The content is longer than the ${this.expected.size} bytes that were declared.`));
    this.hash.update(piece);
    if (this.held) this.push(this.held);
    this.held = piece;
    done();
  }

  override _flush(done: TransformCallback): void {
    if (this.expected.size !== null && this.size !== this.expected.size)
      return done(this.differs(`The content has ${this.size} bytes where ${this.expected.size} were declared.`));
    if (this.hash.digest("hex") !== this.expected.sha256)
      return done(this.differs("The content does not have the SHA-256 that was declared."));
    if (this.held) this.push(this.held);
    done();
  }
}

const SHA256 = /^[0-9a-f]{64}$/;

/** Everything that becomes part of a path or a query passes here first. */
export const isSha256 = (text: string): boolean => SHA256.test(text);

export const isExpectedFile = ({ sha256, size }: ExpectedFile): boolean =>
  isSha256(sha256) && Number.isSafeInteger(size) && size >= 0;
