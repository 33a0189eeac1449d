// What a process uses, of processor and memory (Linux alone).
import { readFile } from "node:fs/promises";

const TICKS_A_SECOND = 100;

/** Returns the processor time that a process has used, in seconds. */
export async function processorSeconds(pid) {
  const fields = (await readFile(`/proc/${pid}/stat`, "utf8")).split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}

const megabytes = (field) => async (pid) =>
  Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(await readFile(`/proc/${pid}/status`, "utf8"))[1]) / 1_000;

/** Returns the memory of a process in MB. */
export const residentMegabytes = megabytes("VmRSS");
/** Returns the most memory that a process has had. */
export const peakMegabytes = megabytes("VmHWM");
