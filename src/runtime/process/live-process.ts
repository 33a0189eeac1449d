import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { MIB } from "../../units.js";

/** The variable with a run's id, by which its processes are found in any group and below any parent. */
export const RUN_ID = "ROCAS_RUN_ID";
const HAS_PROC = existsSync("/proc/self/stat");

/** True if that process still runs. A later one with its number does not count. */
export async function isAlive({ pid, start }: { pid: number; start: string }): Promise<boolean> {
  return start !== "" && (await startTimeOf(pid)) === start;
}

/** Returns the start time, by which processes of one number differ. Empty if none has the number. */
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
    return (await promisify(execFile)("ps", words, { maxBuffer: 64 * MIB, env })).stdout;
  } catch {
    return "";
  }
}
