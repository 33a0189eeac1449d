import { statfsSync } from "node:fs";

/** Room for the largest batch of writes and the pages that LMDB copies for it. */
const RESERVE_BYTES = 128 * 1024 * 1024;
const RESERVE_SHARE = 1 / 20;

/**
 * Whether the disk of a folder has the room that the store keeps free. LMDB must never meet a full disk: a commit that
 * fails half-way may be read all the same, and a page of a mapped file that the disk cannot give ends the process by a
 * signal. 128 MiB, or a twentieth of a disk that is small.
 */
export function hasDiskRoom(folder: string): boolean {
  const { bavail, blocks, bsize } = statfsSync(folder);
  return bavail * bsize >= Math.min(RESERVE_BYTES, blocks * bsize * RESERVE_SHARE);
}
