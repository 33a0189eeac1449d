import { pipeline, type Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { type Connection, mongo } from "mongoose";
import { decodeTime, ulid } from "ulid";
import { DomainError } from "../../errors.js";
import {
  invalidDeclaration,
  ContentCheck,
  isExpectedFile,
  isSha256,
  contentNotFound,
  uploadMismatch,
  storedMismatch,
} from "../content-check.js";
import type { ReceivedFile, ByteRange, ExpectedFile, FileStorage, StorageSize } from "../file-storage.js";

const MIB = 1024 * 1024;
const CHUNK = 255 * 1024;
const DEADLINE_MS = 15 * 60_000;
// Twice the deadline, so that the clocks of two processes may differ.
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
 * Small files in the store itself, in GridFS's own layout (bucket `files`, `filename` is the hash). Each upload has an id
 * of its own, `<sha256>.<ULID>`, so that two of the same content never touch each other's chunks; a file is there once
 * its document in `files.files` is, which is written last. Two that end at the same time leave two equal copies.
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
    // It may break off while nobody listens yet; the pipeline meets the error then.
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
    // The end that GridFS takes is the first byte that is left out.
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

  async size(): Promise<StorageSize> {
    const [sum] = await this.files
      .aggregate<StorageSize>([{ $group: { _id: null, files: { $sum: 1 }, bytes: { $sum: "$length" } } }])
      .toArray();
    return { files: sum?.files ?? 0, bytes: sum?.bytes ?? 0 };
  }

  async remove(hashes: readonly string[]): Promise<void> {
    const found = this.files.find({ filename: { $in: hashes.filter(isSha256) } }, { projection: { _id: 1 } });
    const ids = (await found.toArray()).map(({ _id }) => _id);
    // The documents first: a crash in between leaves chunks that nobody reads, and that the next write of the hash
    // removes. By their ids: an upload of the same hash may be under way.
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
    // Its errors come back through the callbacks of write and end.
    sink.on("error", () => undefined);
    try {
      for await (const piece of content) await write(sink, piece as Buffer);
      await new Promise<void>((resolve, reject) =>
        sink.end((error?: Error | null) => (error ? reject(error) : resolve())),
      );
    } catch (error) {
      // Every write was awaited, so no chunk arrives after this. Should this fail too, the next write of the hash does it.
      await this.chunks.deleteMany({ files_id: id }).catch(() => undefined);
      throw error;
    } finally {
      clearTimeout(deadline);
    }
  }

  /** Chunks of uploads that a crash cut off: no document names them, and no upload lives that long. */
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

/** All uploads of the hash: `/` follows `.`. */
const uploadsOf = (sha256: string) => ({ $gte: `${sha256}.`, $lt: `${sha256}/` });

// GridFS takes any value as an id; only the driver's types want an ObjectId.
const idOf = (id: string) => id as unknown as mongo.ObjectId;

// In slices of one chunk, so that no two inserts are under way when one of them fails.
async function write(sink: mongo.GridFSBucketWriteStream, piece: Buffer): Promise<void> {
  for (let from = 0; from < piece.length; from += CHUNK) {
    const slice = piece.subarray(from, from + CHUNK);
    await new Promise<void>((resolve, reject) => sink.write(slice, (error) => (error ? reject(error) : resolve())));
  }
}
