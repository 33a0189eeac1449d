import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";

const run = (command: string, ...args: string[]) => execFileSync(command, args, { stdio: "pipe" });

/** A folder mounted at a path, as a disk of its own is: it can be taken away, brought back, and made read-only. */
export function openBoundFolder(folder: string, path: string) {
  for (const each of [folder, path]) mkdirSync(each, { recursive: true, mode: 0o700 });
  const bringBack = () => run("mount", "--bind", folder, path);
  const takeAway = () => run("umount", "-l", path);
  bringBack();
  let isThere = true;
  return {
    takeAway: () => void (takeAway(), (isThere = false)),
    bringBack: () => void (bringBack(), (isThere = true)),
    makeReadOnly: () => run("mount", "-o", "remount,bind,ro", path),
    makeWritable: () => run("mount", "-o", "remount,bind,rw", path),
    [Symbol.dispose]: () => void (isThere && takeAway()),
  };
}
