import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, lstat, open, readdir, rename, rm, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline as joined, type Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { DiskFull, isDiskFull } from "../../machine-faults.js";
import { HOUR_MS } from "../../units.js";
import { ContentCheck, isExpectedFile, isSha256 } from "../content-check.js";
import type { ByteRange, ExpectedFile, FileStorage, ListedFile, ReceivedFile, StorageSize } from "../file-storage.js";
import { contentNotFound, invalidDeclaration, storedMismatch, uploadMismatch } from "../storage-errors.js";
import { DiskReserve, errorCode, RealFolder } from "./storage-folder.js";

const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK } = constants;

const FOLDER = /^[0-9a-f]{2}$/;
const PART = /^[0-9a-f]{64}\.[0-9a-f]{16}\.part$/;
// The last write decides, since machines that share the folder have no common process ids.
const ABANDONED_MS = HOUR_MS;

export interface FolderOptions {
  /** Share of the disk that stays free, 0 to 1. */
  readonly reserve?: number;
  /** Runs before writes, removals and NOT_FOUND. @throws if the folder is the wrong one */
  readonly check?: () => Promise<void>;
  /** True to remove nothing, not even uploads that a crash cut off. */
  readonly removesNothing?: boolean;
}

/** Keeps files in `<folder>/<first two digits>/<sha256>`. */
export class FilesystemStorage implements FileStorage {
  private readonly reserve: DiskReserve;
  private readonly check: () => Promise<void>;

  private constructor(
    private readonly folder: string,
    { reserve = 0.05, check = () => Promise.resolve() }: FolderOptions,
  ) {
    this.reserve = new DiskReserve(folder, reserve);
    this.check = check;
  }

  /** Makes the folder if it is missing, and removes uploads that a crash cut off. */
  static async open(folder: string, options: FolderOptions = {}): Promise<FilesystemStorage> {
    await using root = await RealFolder.openOrMake(folder);
    void root;
    const storage = new FilesystemStorage(folder, options);
    if (!options.removesNothing) await storage.sweep();
    return storage;
  }

  async write(content: Readable, expected: ExpectedFile): Promise<void> {
    // The stream may fail before the pipeline starts; the pipeline gets the error then.
    content.on("error", () => undefined);
    try {
      if (!isExpectedFile(expected)) throw invalidDeclaration();
      await this.check();
      using held = await this.reserve.reserve(expected.size);
      void held;
      await using folder = await RealFolder.openOrMake(this.folderOf(expected.sha256));
      await this.writeInto(folder, content, expected);
    } catch (error) {
      content.destroy();
      throw isDiskFull(error) ? new DiskFull(error) : error;
    }
  }

  /** A crash before the rename leaves the part; after it, the whole file. */
  async take(received: ReceivedFile, expected: ExpectedFile): Promise<void> {
    const { path } = received;
    if (path === null) return this.write(received.read(), expected);
    if (!isExpectedFile(expected)) throw invalidDeclaration();
    await this.check();
    await using folder = await RealFolder.openOrMake(this.folderOf(expected.sha256));
    await using handle = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    const content = handle.createReadStream({ start: 0, autoClose: false, highWaterMark: 256 * 1024 });
    await pipeline(content, new ContentCheck(expected, uploadMismatch), async (checked) => {
      for await (const piece of checked) void piece;
    });
    await handle.sync();
    await assertSameFile(handle, path);
    await rename(path, folder.at(expected.sha256));
    await folder.sync();
  }

  async read(sha256: string, range?: ByteRange): Promise<Readable> {
    const handle = await this.openFile(sha256);
    if (range) return handle.createReadStream({ ...range, highWaterMark: 256 * 1024 });
    const { size } = await handle.stat();
    const check = new ContentCheck({ sha256, size }, storedMismatch(sha256));
    // The reader gets errors through `check`. A reader that leaves closes the file.
    joined(handle.createReadStream({ highWaterMark: 256 * 1024 }), check, () => undefined);
    return check;
  }

  async has(sha256: string): Promise<boolean> {
    try {
      await using handle = await this.openFile(sha256);
      void handle;
      return true;
    } catch (error) {
      if (errorCode(error) === "NOT_FOUND") return false;
      throw error;
    }
  }

  async remove(hashes: readonly string[]): Promise<void> {
    for (const sha256 of hashes) await this.removeOne(sha256);
  }

  private async removeOne(sha256: string): Promise<void> {
    if (!isSha256(sha256)) return;
    await this.check();
    try {
      await using folder = await RealFolder.open(this.folderOf(sha256));
      await unlink(folder.at(sha256));
      await folder.sync();
    } catch (error) {
      if (errorCode(error) !== "ENOENT") throw error;
    }
  }

  async *list(): AsyncGenerator<ListedFile> {
    for (const name of await readdir(this.folder)) {
      if (!FOLDER.test(name)) continue;
      await using folder = await RealFolder.open(join(this.folder, name));
      for (const sha256 of (await readdir(folder.at("."))).filter(isSha256)) {
        const found = await lstat(folder.at(sha256)).catch(() => null);
        if (found?.isFile()) yield { sha256, size: found.size };
      }
    }
  }

  async size(): Promise<StorageSize> {
    let [files, bytes] = [0, 0];
    for await (const { size } of this.list()) [files, bytes] = [files + 1, bytes + size];
    return { files, bytes };
  }

  private folderOf(sha256: string): string {
    return join(this.folder, sha256.slice(0, 2));
  }

  private async openFile(sha256: string): Promise<FileHandle> {
    if (!isSha256(sha256)) throw contentNotFound();
    try {
      await using folder = await RealFolder.open(this.folderOf(sha256));
      // Without O_NONBLOCK, a named pipe in the file's place would block for ever.
      const handle = await open(folder.at(sha256), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
      if ((await handle.stat()).isFile()) return handle;
      await handle.close();
      throw new Error(`What is stored as ${sha256} is no plain file.`);
    } catch (error) {
      if (errorCode(error) !== "ENOENT") throw error;
      await this.check();
      throw contentNotFound();
    }
  }

  // A crash before the rename leaves a part for the next sweep; after it, the whole file. An existing file is
  // overwritten with the same content, which heals a damaged one.
  private async writeInto(folder: RealFolder, content: Readable, expected: ExpectedFile): Promise<void> {
    const part = folder.at(`${expected.sha256}.${randomBytes(8).toString("hex")}.part`);
    const handle = await open(part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    try {
      await pipeline(content, new ContentCheck(expected, uploadMismatch), (checked) => writeFile(handle, checked));
      await handle.sync();
      await assertSameFile(handle, part);
      await rename(part, folder.at(expected.sha256));
      await folder.sync();
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    } finally {
      await handle.close();
    }
  }

  private async sweep(): Promise<void> {
    for (const name of await readdir(this.folder)) {
      if (!FOLDER.test(name)) continue;
      await using folder = await RealFolder.open(join(this.folder, name));
      for (const part of (await readdir(folder.at("."))).filter((each) => PART.test(each))) {
        const { mtimeMs } = await lstat(folder.at(part));
        if (Date.now() - mtimeMs > ABANDONED_MS) await rm(folder.at(part), { force: true });
      }
    }
  }
}

// Another file may have taken the name during the write.
async function assertSameFile(handle: FileHandle, path: string): Promise<void> {
  const [written, named] = await Promise.all([handle.stat(), lstat(path)]);
  if (written.ino !== named.ino || written.dev !== named.dev || !named.isFile())
    throw new Error("The part of an upload was replaced while it was written.");
}
