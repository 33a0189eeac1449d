import { pipeline, type Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { type Connection, mongo } from "mongoose";
import { decodeTime, ulid } from "ulid";
import { DomainError } from "../../errors.js";
import { MIB, MINUTE_MS } from "../../units.js";
import { ContentCheck, isExpectedFile, isSha256 } from "../content-check.js";
import type { ByteRange, ExpectedFile, FileStorage, ListedFile, ReceivedFile, StorageSize } from "../file-storage.js";
import { contentNotFound, invalidDeclaration, storedMismatch, uploadMismatch } from "../storage-errors.js";

const CHUNK = 255 * 1024;
const DEADLINE_MS = 15 * MINUTE_MS;
// Twice the deadline: the clocks of two processes may differ.
const ABANDONED_MS = 2 * DEADLINE_MS;

interface Chunk {
  readonly files_id: string;
}
interface StoredFile {
  readonly _id: string;
  readonly filename: string;
  readonly length: number;
}

/**
 * Stores small files in the database, in the layout of GridFS: bucket `files`, `filename` is the hash.
 * Each upload has its own id, `<sha256>.<ULID>`: two of the same content never share chunks. Its document in
 * `files.files` is written last, and makes the file exist. Concurrent uploads leave equal copies.
 */
export class GridFsStorage implements FileStorage {
  private readonly bucket: mongo.GridFSBucket;
  private readonly files: mongo.Collection<StoredFile>;
  private readonly chunks: mongo.Collection<Chunk>;

  constructor(
    connection: Connection,
    private readonly maxBytes: number = 16 * MIB,
  ) {
    const { db } = connection;
    if (!db) throw new Error("GridFS needs a connection that is open.");
    this.bucket = new mongo.GridFSBucket(db, {
      bucketName: "files",
      chunkSizeBytes: CHUNK,
      writeConcern: { w: "majority", j: true },
    });
    this.files = db.collection<StoredFile>("files.files");
    this.chunks = db.collection<Chunk>("files.chunks");
  }

  async write(content: Readable, expected: ExpectedFile): Promise<void> {
    // The stream may fail before the pipeline starts; the pipeline gets the error then.
    content.on("error", () => undefined);
    try {
      if (!isExpectedFile(expected)) throw invalidDeclaration();
      if (expected.size > this.maxBytes)
        throw new DomainError("LIMIT_EXCEEDED", `A file kept in the store has at most ${this.maxBytes} bytes.`);
      const checked = new ContentCheck(expected, uploadMismatch);
      pipeline(content, checked, () => undefined);
      if (await this.has(expected.sha256)) await finished(checked.resume(), { writable: false });
      else await this.upload(checked, expected.sha256);
    } catch (error) {
      content.destroy();
      throw error;
    }
  }

  take(arrived: ReceivedFile, expected: ExpectedFile): Promise<void> {
    return this.write(arrived.read(), expected);
  }

  async read(sha256: string, range?: ByteRange): Promise<Readable> {
    const file = await this.find(sha256);
    if (!file) throw contentNotFound();
    // GridFS excludes the end.
    if (range)
      return this.bucket.openDownloadStream(idOf(file._id), {
        start: range.start,
        end: Math.min(range.end + 1, file.length),
      });
    const check = new ContentCheck({ sha256, size: file.length }, storedMismatch(sha256));
    pipeline(this.bucket.openDownloadStream(idOf(file._id)), check, () => undefined);
    return check;
  }

  async has(sha256: string): Promise<boolean> {
    return (await this.find(sha256)) !== null;
  }

  /** Concurrent uploads leave equal copies: each is listed. */
  async *list(): AsyncGenerator<ListedFile> {
    for await (const { filename, length } of this.files.find({}, { projection: { filename: 1, length: 1 } }))
      yield { sha256: filename, size: length };
  }

  async size(): Promise<StorageSize> {
    const [sum] = await this.files
      .aggregate<StorageSize>([{ $group: { _id: null, files: { $sum: 1 }, bytes: { $sum: "$length" } } }])
      .toArray();
    return { files: sum?.files ?? 0, bytes: sum?.bytes ?? 0 };
  }

  async remove(hashes: readonly string[]): Promise<void> {
    const found = this.files.find({ filename: { $in: hashes.filter(isSha256) } }, { projection: { _id: 1 } });
    const ids = (await found.toArray()).map(({ _id }) => _id);
    // Documents first: a crash leaves only chunks, which the next write of the hash removes. They go by id, since an
    // upload of the same hash may be under way.
    await this.files.deleteMany({ _id: { $in: ids } });
    await this.chunks.deleteMany({ files_id: { $in: ids } });
  }

  private async find(sha256: string): Promise<StoredFile | null> {
    return isSha256(sha256) ? this.files.findOne({ filename: sha256 }, { projection: { length: 1 } }) : null;
  }

  private async upload(content: Readable, sha256: string): Promise<void> {
    await this.removeAbandoned(sha256);
    const id = `${sha256}.${ulid()}`;
    const late = () => content.destroy(new DomainError("LIMIT_EXCEEDED", "The upload took too long."));
    const deadline = setTimeout(late, DEADLINE_MS);
    const sink = this.bucket.openUploadStreamWithId(idOf(id), sha256);
    // The callbacks of write and end get its errors.
    sink.on("error", () => undefined);
    try {
      for await (const piece of content) await write(sink, piece as Buffer);
      await new Promise<void>((resolve, reject) =>
        sink.end((error?: Error | null) => (error ? reject(error) : resolve())),
      );
    } catch (error) {
      // No chunk arrives later, since every write was awaited. If this fails, the next write of the hash repeats it.
      await this.chunks.deleteMany({ files_id: id }).catch(() => undefined);
      throw error;
    } finally {
      clearTimeout(deadline);
    }
  }

  /** Removes chunks of uploads that a crash cut off: they are old, and no document names them. */
  private async removeAbandoned(sha256: string): Promise<void> {
    const seen = await this.chunks.find({ files_id: uploadsOf(sha256) }, { projection: { files_id: 1 } }).toArray();
    const old = [...new Set(seen.map((chunk) => chunk.files_id))].filter(
      (id) => Date.now() - decodeTime(id.slice(sha256.length + 1)) > ABANDONED_MS,
    );
    if (old.length === 0) return;
    const whole = new Set(
      (await this.files.find({ filename: sha256 }, { projection: { _id: 1 } }).toArray()).map(({ _id }) => _id),
    );
    await this.chunks.deleteMany({ files_id: { $in: old.filter((id) => !whole.has(id)) } });
  }
}

/** Matches all uploads of the hash: `/` follows `.`. */
const uploadsOf = (sha256: string) => ({ $gte: `${sha256}.`, $lt: `${sha256}/` });

// GridFS takes any id; only the driver's types want an ObjectId.
const idOf = (id: string) => id as unknown as mongo.ObjectId;

// Writes one chunk at a time: when one fails, no other is under way.
async function write(sink: mongo.GridFSBucketWriteStream, piece: Buffer): Promise<void> {
  for (let from = 0; from < piece.length; from += CHUNK) {
    const slice = piece.subarray(from, from + CHUNK);
    await new Promise<void>((resolve, reject) => sink.write(slice, (error) => (error ? reject(error) : resolve())));
  }
}
