import { statfs } from "node:fs/promises";
import { DiskFull } from "../../machine-faults.js";

/** Refuses early what would leave less of the disk free than the reserve: a full disk harms everything on it. */
export class DiskReserve {
  private underWay = 0;

  /** @param share of the disk that stays free, 0 to 1. */
  constructor(
    private readonly folder: string,
    private readonly share: number,
  ) {}

  /** Holds room for a file that is about to be written. @throws LIMIT_EXCEEDED */
  async hold(size: number): Promise<Disposable> {
    const { bavail, blocks, bsize } = await statfs(this.folder);
    if (bavail * bsize - this.underWay - size < blocks * bsize * this.share) throw new DiskFull();
    this.underWay += size;
    return { [Symbol.dispose]: () => void (this.underWay -= size) };
  }
}
