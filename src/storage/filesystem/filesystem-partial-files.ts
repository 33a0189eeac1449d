import { constants } from "node:fs";
import { type FileHandle, lstat, open, readdir, rm } from "node:fs/promises";
import type { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { DomainError } from "../../errors.js";
import { DiskFull, isDiskFull } from "../../machine-faults.js";
import { DAY_MS } from "../../units.js";
import { isExpectedFile, isSha256 } from "../content-check.js";
import type { ExpectedFile, PartialFiles, ReceivedFile } from "../file-storage.js";
import { invalidDeclaration, OffsetConflict, UploadBusy, uploadMismatch } from "../storage-errors.js";
import type { FolderOptions } from "./filesystem-storage.js";
import { DiskReserve, errorCode, RealFolder } from "./storage-folder.js";

const { O_RDWR, O_CREAT, O_TRUNC, O_NOFOLLOW, O_NONBLOCK } = constants;
const MAX_TRIES = 20;
const PAUSE_MS = 50;

/** Keeps partial files in `<folder>/<id>`; an id is 64 hex digits. */
export class FilesystemPartialFiles implements PartialFiles {
  private readonly busy = new Set<string>();
  private readonly reserve: DiskReserve;
  private readonly check: () => Promise<void>;

  private constructor(
    private readonly folder: string,
    { reserve = 0.05, check = () => Promise.resolve() }: FolderOptions,
  ) {
    this.reserve = new DiskReserve(folder, reserve);
    this.check = check;
  }

  static async open(folder: string, options: FolderOptions = {}): Promise<FilesystemPartialFiles> {
    await using made = await RealFolder.openOrMake(folder);
    void made;
    return new FilesystemPartialFiles(folder, options);
  }

  async size(id: string): Promise<number> {
    await this.check();
    await using folder = await RealFolder.openOrMake(this.folder);
    // Awaited, since the path ends with the folder's descriptor.
    return await sizeOf(folder.at(fileNameOf(id)));
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
    // Guards only this process. Two processes write equal bytes to equal places, or the checksum refuses the result.
    await this.claim(id);
    try {
      if (!isExpectedFile(expected)) throw invalidDeclaration();
      await this.check();
      using held = await this.reserve.reserve(Math.max(expected.size - offset, 0));
      void held;
      await using folder = await RealFolder.openOrMake(this.folder);
      return await this.appendIn(folder.at(fileNameOf(id)), offset, content, expected, onComplete);
    } catch (error) {
      content.destroy();
      throw isDiskFull(error) ? new DiskFull(error) : error;
    } finally {
      this.busy.delete(id);
    }
  }

  /** Waits briefly: a client may be back before its broken connection is given up. */
  private async claim(id: string): Promise<void> {
    for (let tries = 0; this.busy.has(id); tries += 1) {
      if (tries === MAX_TRIES) throw new UploadBusy();
      await pause(PAUSE_MS);
    }
    this.busy.add(id);
  }

  private async appendIn(
    path: string,
    offset: number,
    content: Readable,
    { size }: ExpectedFile,
    onComplete: (received: ReceivedFile) => Promise<void>,
  ): Promise<number> {
    const there = await sizeOf(path);
    if (offset > 0 && there !== offset) throw new OffsetConflict(there);
    const handle = await open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | (offset > 0 ? 0 : O_TRUNC), 0o600);
    try {
      if (!(await handle.stat()).isFile()) throw new Error("The part of an upload is no plain file.");
      const end = await appendTo(handle, offset, content, size);
      if (end < size) return end;
      await onComplete({ path, read: () => handle.createReadStream({ start: 0, autoClose: false }) });
      await rm(path, { force: true });
      return end;
    } catch (error) {
      await removeIfInvalid(path, size, error);
      throw error;
    } finally {
      await handle.close();
    }
  }

  async sweep(graceMs = DAY_MS): Promise<void> {
    await this.check();
    await using folder = await RealFolder.openOrMake(this.folder);
    for (const name of (await readdir(folder.at("."))).filter(isSha256)) {
      if (this.busy.has(name)) continue;
      const { mtimeMs } = await lstat(folder.at(name));
      if (Date.now() - mtimeMs > graceMs) await rm(folder.at(name), { force: true });
    }
  }
}

function fileNameOf(id: string): string {
  if (!isSha256(id)) throw new Error("The id of a part is 64 hex digits.");
  return id;
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await lstat(path)).size;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return 0;
    throw error;
  }
}

/** Writes and syncs the content up to its end or its failure. */
async function appendTo(handle: FileHandle, offset: number, content: Readable, maxSize: number): Promise<number> {
  let end = offset;
  try {
    for await (const piece of content as AsyncIterable<Buffer>) {
      if (end + piece.length > maxSize)
        throw uploadMismatch(`The content is longer than the ${maxSize} bytes that were declared.`);
      for (let from = 0; from < piece.length;)
        from += (await handle.write(piece, from, piece.length - from, end + from)).bytesWritten;
      end += piece.length;
    }
  } finally {
    await handle.sync();
  }
  return end;
}

/** Removes complete but wrong content, which no request could finish. */
async function removeIfInvalid(path: string, size: number, error: unknown): Promise<void> {
  const isWrong = error instanceof DomainError && error.code === "BAD_USER_INPUT";
  const there = await sizeOf(path);
  if (there === 0 || (isWrong && there === size)) await rm(path, { force: true });
}
