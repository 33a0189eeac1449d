import { readdirSync, readFileSync } from "node:fs";

/** Every process of this machine in whose environment the text stands. */
export const pidsWith = (mark: string): number[] =>
  readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid) && environmentOf(pid).includes(mark))
    .map(Number);

const environmentOf = (pid: string): string => {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8");
  } catch {
    return "";
  }
};
