import { closeSync, fstatSync, openSync, readSync, statfsSync } from "node:fs";

const MAGIC = 0xbeefc0de;
const HEAD = 4096 + 160;
/** Offsets in LMDB's two descriptions of the file. */
const AT = { magic: 24, pageSize: 48, freeRoot: 88, mainRoot: 136, transaction: 152 };
const NO_PAGE = 0xffff_ffff_ffff_ffffn;

/**
 * LMDB maps the file into memory and would end the whole process on one that is none or was cut off.
 * @throws an Error with what is wrong.
 */
export function checkFile(path: string): void {
  const file = openSync(path, "r");
  try {
    const { size } = fstatSync(file);
    // A crash at the very first start: LMDB begins anew.
    if (size === 0) return;
    const head = Buffer.alloc(HEAD);
    if (readSync(file, head, 0, HEAD, 0) < HEAD) throw new Error("data.mdb is cut off");
    const pageSize = head.readUInt32LE(AT.pageSize);
    if (head.readUInt32LE(AT.magic) !== MAGIC || pageSize < 512 || pageSize > 65536)
      throw new Error("data.mdb is damaged");
    const second = Buffer.alloc(160);
    readSync(file, second, 0, second.length, pageSize);
    if (second.readUInt32LE(AT.magic) !== MAGIC) throw new Error("data.mdb is damaged");
    const isFirstNewer = head.readBigUInt64LE(AT.transaction) >= second.readBigUInt64LE(AT.transaction);
    const newest = isFirstNewer ? head : second;
    for (const root of [newest.readBigUInt64LE(AT.freeRoot), newest.readBigUInt64LE(AT.mainRoot)]) {
      if (root !== NO_PAGE && (root + 1n) * BigInt(pageSize) > BigInt(size)) throw new Error("data.mdb is cut off");
    }
  } finally {
    closeSync(file);
  }
}

/** Room for the largest batch of writes and the pages that LMDB copies for it. */
const RESERVE_BYTES = 128 * 1024 * 1024;
const RESERVE_SHARE = 1 / 20;

/**
 * True if the disk of a folder has the room that the store keeps free. LMDB must never meet a full disk: a commit that
 * fails half-way may be read all the same, and a page of a mapped file that the disk cannot give ends the process by a
 * signal. 128 MiB, or a twentieth of a disk that is small.
 */
export function hasDiskRoom(folder: string): boolean {
  const { bavail, blocks, bsize } = statfsSync(folder);
  return bavail * bsize >= Math.min(RESERVE_BYTES, blocks * bsize * RESERVE_SHARE);
}
