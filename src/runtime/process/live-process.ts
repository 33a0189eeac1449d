import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { RUN_ID } from "./run-env.js";

const HAS_PROC = existsSync("/proc/self/stat");

/** True if the process that began then still runs; a later one with its number does not count. */
export async function isAlive({ pid, start }: { pid: number; start: string }): Promise<boolean> {
  return start !== "" && (await startMark(pid)) === start;
}

/** Tells a process from a later one of the same number. Empty if none runs that has it. */
export async function startMark(pid: number): Promise<string> {
  if (!HAS_PROC) return (await ps("-o", "lstart=", "-p", String(pid))).trim();
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // A program may be called ") Z 1 (": what counts begins after the last bracket.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return ["Z", "X"].includes(fields[0]!) ? "" : (fields[19] ?? "");
}

/** Sends the signal; a process that is gone needs none. */
export function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Kills every process that carries the id of the run in its environment, until there is none. */
export async function killMarked(id: string): Promise<void> {
  for (let left = await marked(id); left.length > 0; left = await marked(id)) {
    for (const pid of left) send(pid, "SIGKILL");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function marked(id: string): Promise<number[]> {
  const mark = `${RUN_ID}=${id}`;
  if (!HAS_PROC)
    return (await ps("-axwwE", "-o", "pid=,command="))
      .split("\n")
      .filter((line) => line.includes(mark))
      .map((line) => Number.parseInt(line, 10));
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(pids.map((pid) => isMarked(pid, mark)));
  return pids.filter((_, at) => found[at]).map(Number);
}

/** Of a process of another user nothing is told; one that has ended has no environment. */
const isMarked = async (pid: string, mark: string): Promise<boolean> =>
  (await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "")).split("\0").includes(mark);

/** A time is written the same whatever language and place this process has. */
async function ps(...words: string[]): Promise<string> {
  const env = { ...process.env, LC_ALL: "C", TZ: "UTC" };
  try {
    return (await promisify(execFile)("ps", words, { maxBuffer: 64 * 1024 * 1024, env })).stdout;
  } catch {
    return "";
  }
}
