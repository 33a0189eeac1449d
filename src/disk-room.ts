import { statfsSync } from "node:fs";

const RESERVE_BYTES = 128 * 1024 * 1024;
const RESERVE_SHARE = 1 / 20;

/**
 * True if the disk of a folder has 128 MiB free, or a twentieth of it if it is small: as much as the embedded store
 * asks for, so that a server is as ready on either store.
 */
export function hasDiskRoom(folder: string): boolean {
  const { bavail, blocks, bsize } = statfsSync(folder);
  return bavail * bsize >= Math.min(RESERVE_BYTES, blocks * bsize * RESERVE_SHARE);
}
