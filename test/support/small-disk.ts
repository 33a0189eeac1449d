import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Whether this user may mount file systems: tests that need a small disk say so when they are skipped. */
export const CAN_MOUNT = process.getuid?.() === 0 && process.platform === "linux" && mountable();

function mountable(): boolean {
  try {
    using disk = openSmallDisk(1);
    void disk;
    return true;
  } catch {
    return false;
  }
}

/** A file system of its own in memory, of some MiB, that can be filled and emptied. */
export function openSmallDisk(mib: number) {
  const path = mkdtempSync(join(tmpdir(), "rocas-disk-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${mib}m,mode=0700`, "tmpfs", path], { stdio: "pipe" });
  const filler = join(path, "filler");
  return {
    path,
    /** Leaves so many bytes free. */
    fill(left = 0): void {
      const { bavail, bsize } = statfsSync(path);
      try {
        writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - left)));
      } catch (error) {
        // What others have written meanwhile is missing at the end: the disk is full.
        if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
      }
    },
    makeRoom: () => rmSync(filler),
    [Symbol.dispose]() {
      execFileSync("umount", ["-l", path], { stdio: "pipe" });
      rmSync(path, { recursive: true, force: true });
    },
  };
}
