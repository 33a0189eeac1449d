import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { isAbsent } from "./folders.js";

/** The variable with a run's id, by which its processes are found in any group and below any parent. */
export const RUN_ID = "ROCAS_RUN_ID";

const HAS_PROC = existsSync("/proc/self/stat");

/** True if that process still runs. A later one with its number does not count. */
export async function isAlive({ pid, start }: { pid: number; start: string }): Promise<boolean> {
  return start !== "" && (await startTimeOf(pid)) === start;
}

/** Returns the start time, which tells a process from a later one of the same number. Empty if none has the number. */
export async function startTimeOf(pid: number): Promise<string> {
  if (!HAS_PROC) return (await ps("-o", "lstart=", "-p", String(pid))).trim();
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // A program may be called ") Z 1 (": the fields begin after the last bracket.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return ["Z", "X"].includes(fields[0]!) ? "" : (fields[19] ?? "");
}

/** Sends the signal. A process that is gone needs none. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Kills all processes with the run's id in their environment, until there is none. */
export async function killTagged(id: string): Promise<void> {
  for (let left = await taggedPids(id); left.length > 0; left = await taggedPids(id)) {
    for (const pid of left) sendSignal(pid, "SIGKILL");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function taggedPids(id: string): Promise<number[]> {
  const tag = `${RUN_ID}=${id}`;
  if (!HAS_PROC)
    return (await ps("-axwwE", "-o", "pid=,command="))
      .split("\n")
      .filter((line) => line.includes(tag))
      .map((line) => Number.parseInt(line, 10));
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(pids.map((pid) => isTagged(pid, tag)));
  return pids.filter((_, at) => found[at]).map(Number);
}

/** False for processes of other users, which are not readable, and for ended ones, which have no environment. */
const isTagged = async (pid: string, tag: string): Promise<boolean> =>
  (await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "")).split("\0").includes(tag);

/** Times are written the same in any language and time zone of this process. */
async function ps(...words: string[]): Promise<string> {
  const env = { ...process.env, LC_ALL: "C", TZ: "UTC" };
  try {
    return (await promisify(execFile)("ps", words, { maxBuffer: 64 * 1024 * 1024, env })).stdout;
  } catch {
    return "";
  }
}

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
