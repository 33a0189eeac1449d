import { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { DomainError } from "../../errors.js";
import { DAY_MS } from "../../units.js";
import { isExpectedFile, isSha256 } from "../content-check.js";
import type { ExpectedFile, PartialFiles, ReceivedFile } from "../file-storage.js";
import { invalidDeclaration, OffsetConflict, UploadBusy, uploadMismatch } from "../storage-errors.js";
import type { Bucket, ListedObject } from "./bucket.js";
import { PRECONDITION_FAILED, S3Refusal } from "./s3-errors.js";
import { piecesOf } from "./pieces.js";
import { type Piece, S3ReceivedFile } from "./s3-received-file.js";

const FOLDER = "parts/";
const MAX_TRIES = 20;
const PAUSE_MS = 50;
const OFFSET_DIGITS = 12;

/**
 * Keeps partial files as objects `parts/<id>/<offset>` of 8 MiB at most, so that any process goes on with an upload. An
 * id is 64 hex digits. What comes whole in one request and is no larger is never written there.
 */
export class S3PartialFiles implements PartialFiles {
  private readonly busy = new Set<string>();

  constructor(private readonly bucket: Bucket) {}

  async size(id: string): Promise<number> {
    return sizeOf(await this.piecesOf(id));
  }

  async append(
    id: string,
    offset: number,
    content: Readable,
    expected: ExpectedFile,
    onComplete: (received: ReceivedFile) => Promise<void>,
  ): Promise<number> {
    // The stream may fail before the loop reads it; the loop gets the error then.
    content.on("error", () => undefined);
    // Guards only this process. Two processes write equal pieces to equal places, or the checksum refuses the result.
    await this.claim(id);
    try {
      if (!isExpectedFile(expected)) throw invalidDeclaration();
      return await this.appendTo(id, offset, content, expected, onComplete);
    } catch (error) {
      content.destroy();
      throw error;
    } finally {
      this.busy.delete(id);
    }
  }

  async sweep(graceMs = DAY_MS): Promise<void> {
    let upload: ListedObject[] = [];
    for await (const object of this.bucket.list(FOLDER)) {
      if (upload[0] && idIn(upload[0].key) !== idIn(object.key)) {
        await this.removeOld(upload, graceMs);
        upload = [];
      }
      upload.push(object);
    }
    await this.removeOld(upload, graceMs);
  }

  private async removeOld(upload: readonly ListedObject[], graceMs: number): Promise<void> {
    const id = upload[0] && idIn(upload[0].key);
    if (!id || !isSha256(id) || this.busy.has(id)) return;
    const last = Math.max(...upload.map(({ modifiedAt }) => modifiedAt.getTime()));
    if (Date.now() - last > graceMs) await this.removeAll(upload);
  }

  private async appendTo(
    id: string,
    offset: number,
    content: Readable,
    { size }: ExpectedFile,
    onComplete: (received: ReceivedFile) => Promise<void>,
  ): Promise<number> {
    const there = await this.piecesOf(id);
    if (offset > 0 && sizeOf(there) !== offset) throw new OffsetConflict(sizeOf(there));
    if (offset === 0) await this.removeAll(await this.objectsOf(id));
    const pieces = offset > 0 ? [...there] : [];
    const cut: { error?: unknown } = {};
    let end = offset;
    for await (const piece of piecesOf(untilFailure(content, cut), size - offset)) {
      if (end + piece.length > size)
        throw uploadMismatch(`The content is longer than the ${size} bytes that were declared.`);
      // What is whole already need not lie in the bucket twice.
      if (pieces.length === 0 && piece.length === size) return this.completeWhole(piece, onComplete);
      pieces.push(await this.writePiece(id, end, piece));
      end += piece.length;
    }
    if (cut.error) throw cut.error;
    if (end === size) await this.complete(id, pieces, onComplete);
    return end;
  }

  private async completeWhole(whole: Buffer, onComplete: (received: ReceivedFile) => Promise<void>): Promise<number> {
    await onComplete({ path: null, read: () => Readable.from([whole], { objectMode: false }) });
    return whole.length;
  }

  private async complete(
    id: string,
    pieces: readonly Piece[],
    onComplete: (received: ReceivedFile) => Promise<void>,
  ): Promise<void> {
    try {
      await onComplete(new S3ReceivedFile(this.bucket, pieces));
    } catch (error) {
      // Complete but wrong content, which no request could finish.
      if (error instanceof DomainError && error.code === "BAD_USER_INPUT")
        await this.removeAll(await this.objectsOf(id));
      // Another process wrote pieces meanwhile.
      throw error instanceof S3Refusal && error.status === PRECONDITION_FAILED ? new UploadBusy() : error;
    }
    await this.removeAll(await this.objectsOf(id));
  }

  private async writePiece(id: string, offset: number, bytes: Buffer<ArrayBuffer>): Promise<Piece> {
    const key = `${folderOf(id)}${String(offset).padStart(OFFSET_DIGITS, "0")}`;
    return { key, size: bytes.length, etag: await this.bucket.put(key, bytes) };
  }

  /** Returns the pieces from the first byte on, each where the one before it ends. */
  private async piecesOf(id: string): Promise<readonly Piece[]> {
    const pieces: Piece[] = [];
    for (const object of await this.objectsOf(id))
      if (Number(object.key.slice(folderOf(id).length)) === sizeOf(pieces)) pieces.push(object);
    return pieces;
  }

  private async objectsOf(id: string): Promise<readonly ListedObject[]> {
    const objects: ListedObject[] = [];
    for await (const object of this.bucket.list(folderOf(id))) objects.push(object);
    return objects;
  }

  private async removeAll(objects: readonly { readonly key: string }[]): Promise<void> {
    for (const { key } of objects) await this.bucket.remove(key);
  }

  /** Waits briefly: a client may be back before its broken connection is given up. */
  private async claim(id: string): Promise<void> {
    for (let tries = 0; this.busy.has(id); tries += 1) {
      if (tries === MAX_TRIES) throw new UploadBusy();
      await pause(PAUSE_MS);
    }
    this.busy.add(id);
  }
}

function folderOf(id: string): string {
  if (!isSha256(id)) throw new Error("The id of a part is 64 hex digits.");
  return `${FOLDER}${id}/`;
}

const idIn = (key: string): string => key.slice(FOLDER.length).split("/", 1)[0]!;

const sizeOf = (pieces: readonly Piece[]): number => pieces.reduce((sum, { size }) => sum + size, 0);

/** Passes content on up to its failure, so that what came can be kept. */
async function* untilFailure(content: Readable, cut: { error?: unknown }): AsyncGenerator<Buffer> {
  try {
    yield* content as AsyncIterable<Buffer>;
  } catch (error) {
    cut.error = error;
  }
}
