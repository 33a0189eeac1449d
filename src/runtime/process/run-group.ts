import { readFile, rmdir, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { send } from "./live-process.js";
import { isAbsent } from "./run-folders.js";

const GONE_WITHIN = 5_000;
const LOOK_AGAIN = 20;
const SHARED = "supervisors";

/**
 * Kills what a supervisor left in the control group of its run, and removes the group, with what it shared with others if
 * it is the last one. Resolves also if there is no such group, or the run had none.
 */
export async function endRunGroup(path: string | null | undefined, id: string): Promise<void> {
  // A name that the run itself could have written must not lead to another group.
  if (!path || basename(path) !== id) return;
  const until = performance.now() + GONE_WITHIN;
  while (!(await isRemoved(path)) && performance.now() < until) {
    for (const pid of await pidsIn(path)) send(pid, "SIGKILL");
    await writeFile(join(path, "cgroup.kill"), "1", { flag: "r+" }).catch(() => {});
    await delay(LOOK_AGAIN);
  }
  for (const shared of [join(dirname(path), SHARED), dirname(path)]) await isRemoved(shared);
}

async function pidsIn(group: string): Promise<number[]> {
  const text = await readFile(join(group, "cgroup.procs"), "utf8").catch(() => "");
  return text.split("\n").filter(Boolean).map(Number);
}

/** A group with processes or groups in it stays. */
const isRemoved = (group: string): Promise<boolean> => rmdir(group).then(() => true, isAbsent);
