// How much else the machine does (Linux alone).
import { readFile } from "node:fs/promises";
import { loadavg } from "node:os";
import { setTimeout as delay } from "node:timers/promises";

const LOOK_MS = 500;
const MOST = 0.1;

/** Returns the ticks of all processors: those that some process or another machine has used, and all. */
async function ticks() {
  const [user, nice, system, idle, wait, ...rest] = (await readFile("/proc/stat", "utf8"))
    .split("\n")[0]
    .split(/\s+/)
    .slice(1, 9)
    .map(Number);
  const busy = [user, nice, system, ...rest].reduce((sum, each) => sum + each, 0);
  return { busy, all: busy + idle + wait };
}

/** Looks at the machine at moments at which the bench does nothing. */
export class OtherWork {
  constructor() {
    this.shares = [];
  }

  async look() {
    const before = await ticks();
    await delay(LOOK_MS);
    const after = await ticks();
    this.shares.push((after.busy - before.busy) / (after.all - before.all));
  }

  /** Returns a sentence about the machine: its load, what else used its processors, and if that was too much. */
  describe() {
    const most = Math.max(...this.shares);
    const load = `Load: ${loadavg()[0].toFixed(1)}. Other work used ${(most * 100).toFixed(0)} % of the processors`;
    const verdict = most > MOST ? " **The machine was too busy for the times: read the processor times alone.**" : "";
    return `${load}${this.shares.length > 1 ? ` at most, in ${this.shares.length} looks between the works` : ""}.${verdict}`;
  }
}
