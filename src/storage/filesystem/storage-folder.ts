import { constants, existsSync } from "node:fs";
import { type FileHandle, mkdir, open, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DiskFull } from "../../machine-faults.js";

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;

// If the kernel shows open descriptors as folders, a path through one stays in the folder that was opened, whatever
// takes the folder's name meanwhile: what openat() would do, which Node does not offer.
const DESCRIPTORS = "/proc/self/fd";

/** A folder that is really one, held open: no link in its place is followed. */
export class RealFolder {
  private constructor(
    private readonly path: string,
    private readonly handle: FileHandle,
  ) {}

  /** @throws ENOENT if there is none, ENOTDIR or ELOOP if something else has its name. */
  static async open(path: string): Promise<RealFolder> {
    return new RealFolder(path, await open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  }

  /** Opens it, made (and its making synced) if it is missing. */
  static async openOrMake(path: string): Promise<RealFolder> {
    try {
      return await RealFolder.open(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
    const first = await mkdir(path, { recursive: true, mode: 0o700 });
    if (first) {
      // It may be a link: the folder of the data, as the operator named it.
      await using parent = await open(dirname(first), O_RDONLY | O_DIRECTORY);
      await parent.sync();
    }
    return RealFolder.open(path);
  }

  /** The path of a file in it. */
  at(name: string): string {
    return join(existsSync(DESCRIPTORS) ? `${DESCRIPTORS}/${this.handle.fd}` : this.path, name);
  }

  /** Makes what was created, renamed or removed in it survive a power cut. */
  async sync(): Promise<void> {
    await this.handle.sync();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.handle.close();
  }
}

/** Refuses early what would leave less of the disk free than the reserve: a full disk harms everything on it. */
export class DiskReserve {
  private underWay = 0;

  /** @param share of the disk that stays free, 0 to 1. */
  constructor(
    private readonly folder: string,
    private readonly share: number,
  ) {}

  /** Holds room for a file that is about to be written. @throws LIMIT_EXCEEDED */
  async reserve(size: number): Promise<Disposable> {
    const { bavail, blocks, bsize } = await statfs(this.folder);
    if (bavail * bsize - this.underWay - size < blocks * bsize * this.share) throw new DiskFull();
    this.underWay += size;
    return { [Symbol.dispose]: () => void (this.underWay -= size) };
  }
}
