import { pipeline as joined, Readable } from "node:stream";
import type { ReadableStream as WebStream } from "node:stream/web";
import { HOUR_MS } from "../../units.js";
import { ContentCheck, isExpectedFile, isSha256 } from "../content-check.js";
import type { ByteRange, ExpectedFile, FileStorage, ListedFile, ReceivedFile, StorageSize } from "../file-storage.js";
import { contentNotFound, invalidDeclaration, storedMismatch, uploadMismatch } from "../storage-errors.js";
import type { Bucket, UploadedPart } from "./bucket.js";
import { PIECE_BYTES, piecesOf } from "./pieces.js";
import { S3ReceivedFile } from "./s3-received-file.js";

const KEY = /^([0-9a-f]{2})\/(\1[0-9a-f]{62})$/;
/** No upload under way sends nothing for that long. */
const ABANDONED_MS = 24 * HOUR_MS;

/** Keeps files as `<first two digits>/<sha256>`, as the folder of files does: one can be copied to the other. */
export class S3Storage implements FileStorage {
  constructor(private readonly bucket: Bucket) {}

  async write(content: Readable, expected: ExpectedFile): Promise<void> {
    // The stream may fail before the pipeline starts; the pipeline gets the error then.
    content.on("error", () => undefined);
    try {
      if (!isExpectedFile(expected)) throw invalidDeclaration();
      const checked = new ContentCheck(expected, uploadMismatch);
      joined(content, checked, () => undefined);
      if (expected.size > PIECE_BYTES) await this.writeInParts(checked, expected);
      else await this.writeWhole(checked, expected);
    } catch (error) {
      content.destroy();
      throw error;
    }
  }

  async take(received: ReceivedFile, expected: ExpectedFile): Promise<void> {
    if (!isExpectedFile(expected)) throw invalidDeclaration();
    if (!(received instanceof S3ReceivedFile && received.canBeJoined)) return this.write(received.read(), expected);
    await received.check(expected);
    // The server joins them, and no byte passes twice. Tags say that they are those that were checked.
    const key = keyOf(expected.sha256);
    const [first, ...more] = received.pieces;
    if (more.length === 0) return this.bucket.copy(first!, key);
    await this.inUpload(key, async (uploadId) => {
      const parts: UploadedPart[] = [];
      for (const piece of received.pieces)
        parts.push(await this.bucket.copyPart(key, uploadId, parts.length + 1, piece));
      return parts;
    });
  }

  async read(sha256: string, range?: ByteRange): Promise<Readable> {
    if (!isSha256(sha256)) throw contentNotFound();
    const answer = await this.bucket.get(keyOf(sha256), range && { range: `bytes=${range.start}-${range.end}` });
    if (!answer?.body) throw contentNotFound();
    const content = Readable.fromWeb(answer.body as WebStream);
    if (range) return content;
    const size = Number(answer.headers.get("content-length"));
    const check = new ContentCheck({ sha256, size }, storedMismatch(sha256));
    // The reader gets errors through `check`. A reader that leaves ends the request.
    joined(content, check, () => undefined);
    return check;
  }

  async has(sha256: string): Promise<boolean> {
    return isSha256(sha256) && (await this.bucket.head(keyOf(sha256))) !== null;
  }

  async remove(hashes: readonly string[]): Promise<void> {
    for (const sha256 of hashes.filter(isSha256)) await this.bucket.remove(keyOf(sha256));
  }

  async *list(): AsyncGenerator<ListedFile> {
    for await (const { key, size } of this.bucket.list()) {
      const [, , sha256] = KEY.exec(key) ?? [];
      if (sha256) yield { sha256, size };
    }
  }

  async size(): Promise<StorageSize> {
    let [files, bytes] = [0, 0];
    for await (const { size } of this.list()) [files, bytes] = [files + 1, bytes + size];
    return { files, bytes };
  }

  /** Ends multipart uploads that a crash cut off: their parts take room, and no list shows them. */
  async sweep(graceMs = ABANDONED_MS): Promise<void> {
    for (const { key, uploadId, begunAt } of await this.bucket.openUploads())
      if (KEY.test(key) && Date.now() - begunAt.getTime() > graceMs) await this.bucket.abortUpload(key, uploadId);
  }

  private async writeWhole(checked: ContentCheck, { sha256, size }: ExpectedFile): Promise<void> {
    let whole = Buffer.alloc(0);
    for await (const piece of piecesOf(checked, size)) whole = piece;
    await this.bucket.put(keyOf(sha256), whole);
  }

  private writeInParts(checked: ContentCheck, { sha256, size }: ExpectedFile): Promise<void> {
    const key = keyOf(sha256);
    return this.inUpload(key, async (uploadId) => {
      const parts: Promise<UploadedPart>[] = [];
      try {
        for await (const piece of piecesOf(checked, size)) {
          // One part is on its way while the next one is gathered.
          await parts.at(-1);
          parts.push(this.bucket.uploadPart(key, uploadId, parts.length + 1, piece));
          parts.at(-1)!.catch(() => undefined);
        }
        return await Promise.all(parts);
      } finally {
        await Promise.allSettled(parts);
      }
    });
  }

  // The object comes into being with the last call, after the check. A crash before it leaves parts for the sweep.
  private async inUpload(key: string, send: (uploadId: string) => Promise<readonly UploadedPart[]>): Promise<void> {
    const uploadId = await this.bucket.beginUpload(key);
    try {
      await this.bucket.completeUpload(key, uploadId, await send(uploadId));
    } catch (error) {
      await this.bucket.abortUpload(key, uploadId).catch(() => undefined);
      throw error;
    }
  }
}

/** The key of a stored file. */
export const keyOf = (sha256: string): string => `${sha256.slice(0, 2)}/${sha256}`;
