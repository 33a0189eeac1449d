import { readFile, rmdir, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { isAbsent } from "./folders.js";
import { sendSignal } from "./live-process.js";

const GROUP_TIMEOUT_MS = 5_000;
const POLL_MS = 20;
const SUPERVISORS = "supervisors";

/**
 * Kills a supervisor's leftovers in the run's control group, and removes the group. Removes the shared groups with the
 * last one. Resolves also if there is no such group, or the run had none.
 */
export async function endControlGroup(path: string | null | undefined, id: string): Promise<void> {
  // The run itself could have written the path: it must not lead to another group.
  if (!path || basename(path) !== id) return;
  const until = performance.now() + GROUP_TIMEOUT_MS;
  while (!(await removeIfEmpty(path)) && performance.now() < until) {
    for (const pid of await pidsIn(path)) sendSignal(pid, "SIGKILL");
    await writeFile(join(path, "cgroup.kill"), "1", { flag: "r+" }).catch(() => {});
    await delay(POLL_MS);
  }
  for (const shared of [join(dirname(path), SUPERVISORS), dirname(path)]) await removeIfEmpty(shared);
}

async function pidsIn(group: string): Promise<number[]> {
  const text = await readFile(join(group, "cgroup.procs"), "utf8").catch(() => "");
  return text.split("\n").filter(Boolean).map(Number);
}

/** Returns true if the group is gone. One with processes or groups in it stays. */
const removeIfEmpty = (group: string): Promise<boolean> => rmdir(group).then(() => true, isAbsent);
