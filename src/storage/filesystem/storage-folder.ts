import { constants, existsSync } from "node:fs";
import { type FileHandle, mkdir, open, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DiskFull } from "../../machine-faults.js";

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;

// A path through an open descriptor stays in the folder that was opened, even if the name moves. It stands in for
// openat(), which Node lacks.
const DESCRIPTORS = "/proc/self/fd";

/** An open folder. A link in its place is not followed. */
export class RealFolder {
  private constructor(
    private readonly path: string,
    private readonly handle: FileHandle,
  ) {}

  /** @throws ENOENT if there is none, ENOTDIR or ELOOP if it is no folder. */
  static async open(path: string): Promise<RealFolder> {
    return new RealFolder(path, await open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  }

  /** Opens the folder. A missing one is made and synced. */
  static async openOrMake(path: string): Promise<RealFolder> {
    try {
      return await RealFolder.open(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
    const first = await mkdir(path, { recursive: true, mode: 0o700 });
    if (first) {
      // The operator's data folder may be a link.
      await using parent = await open(dirname(first), O_RDONLY | O_DIRECTORY);
      await parent.sync();
    }
    return RealFolder.open(path);
  }

  /** Returns the path of a file in the folder. */
  at(name: string): string {
    return join(existsSync(DESCRIPTORS) ? `${DESCRIPTORS}/${this.handle.fd}` : this.path, name);
  }

  /** Makes new, renamed and removed entries survive a power cut. */
  async sync(): Promise<void> {
    await this.handle.sync();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.handle.close();
  }
}

/** Refuses writes that would leave less of the disk free than a reserve: a full disk harms everything on it. */
export class DiskReserve {
  private reservedBytes = 0;

  /** @param share of the disk that stays free, 0 to 1. */
  constructor(
    private readonly folder: string,
    private readonly share: number,
  ) {}

  /** Reserves room for a file. @throws LIMIT_EXCEEDED */
  async reserve(size: number): Promise<Disposable> {
    const { bavail, blocks, bsize } = await statfs(this.folder);
    if (bavail * bsize - this.reservedBytes - size < blocks * bsize * this.share) throw new DiskFull();
    this.reservedBytes += size;
    return { [Symbol.dispose]: () => void (this.reservedBytes -= size) };
  }
}

/** Returns the system code of an error. */
export const errorCode = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;
