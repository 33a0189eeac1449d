import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream as WebStream } from "node:stream/web";
import { MIB } from "../../units.js";
import { ContentCheck } from "../content-check.js";
import type { ExpectedFile, ReceivedFile } from "../file-storage.js";
import { uploadMismatch } from "../storage-errors.js";
import type { Bucket } from "./bucket.js";

/** S3 takes no smaller part but the last one. */
const MIN_PART = 5 * MIB;
/** The most that one request copies. */
export const MAX_PART = 5 * 1024 * MIB;

/** A piece of an upload, as it was when it was listed or written. */
export interface Piece {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
}

/** A file that lies in the bucket in pieces. */
export class S3ReceivedFile implements ReceivedFile {
  readonly path = null;

  /** @param sha256 of the whole, if the server has checked it; empty if not */
  constructor(
    private readonly bucket: Bucket,
    readonly pieces: readonly Piece[],
    private readonly sha256 = "",
  ) {}

  /** True if the server can join the pieces. */
  get canBeJoined(): boolean {
    return (
      this.pieces.length > 0 &&
      this.pieces.every(({ size }, at) => size <= MAX_PART && (size >= MIN_PART || at === this.pieces.length - 1))
    );
  }

  /** Reads all of it, unless the server has. @throws BAD_USER_INPUT if size or hash differ */
  async check(expected: ExpectedFile): Promise<void> {
    const size = this.pieces.reduce((sum, each) => sum + each.size, 0);
    if (size !== expected.size)
      throw uploadMismatch(`The content has ${size} bytes where ${expected.size} were declared.`);
    if (this.sha256 === expected.sha256) return;
    if (this.sha256) throw uploadMismatch("The content does not have the SHA-256 that was declared.");
    await pipeline(this.read(), new ContentCheck(expected, uploadMismatch), async (checked) => {
      for await (const piece of checked) void piece;
    });
  }

  /** Fails if a piece has been replaced. */
  read(): Readable {
    return Readable.from(this.bytes(), { objectMode: false });
  }

  private async *bytes(): AsyncGenerator<Buffer> {
    for (const { key, etag } of this.pieces) {
      const answer = await this.bucket.get(key, { "if-match": etag });
      if (!answer?.body) throw new Error("A piece of the upload has gone.");
      yield* Readable.fromWeb(answer.body as WebStream) as AsyncIterable<Buffer>;
    }
  }
}
