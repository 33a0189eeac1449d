import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

const pids = (): string[] => readdirSync("/proc").filter((pid) => /^\d+$/.test(pid));

/** Every process of this machine in whose environment the text stands. */
export const pidsWith = (mark: string): number[] =>
  pids()
    .filter((pid) => textOf(pid, "environ").includes(mark))
    .map(Number);

/** Every process that has to do with the folder: by its environment, its words, or where it works. */
export const pidsOf = (folder: string): number[] =>
  pids()
    .filter((pid) =>
      [textOf(pid, "environ"), textOf(pid, "cmdline"), placeOf(pid)].some((text) => text.includes(folder)),
    )
    .map(Number);

/** What `ps` says of each process, without blanks at the ends. */
export const linesOfPs = (columns: string): string[] =>
  execFileSync("ps", ["-axo", columns], { encoding: "utf8" })
    .split("\n")
    .map((line) => line.trim());

/** Of a process that has gone, or is another user's, nothing is told. */
function textOf(pid: string, file: "environ" | "cmdline"): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}

function placeOf(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return "";
  }
}
