import { setImmediate } from "node:timers/promises";
import { PAUSE, type Paused } from "../query/paused.js";
import type { Deadline } from "./deadline.js";

/** How long one search may keep all others waiting. */
const TURN_MS = 4;

/**
 * Takes results until `take` answers false or none are left, letting other work run at the pauses.
 * @returns whether none are left. @throws CommandError past the deadline, or where the client has left.
 */
export async function drive<T>(
  results: Paused<T>,
  take: (result: T) => boolean,
  deadline?: Deadline,
): Promise<boolean> {
  let began = performance.now();
  for (;;) {
    const step = results.next();
    if (step.done) return true;
    if (step.value !== PAUSE) {
      if (!take(step.value as T)) return false;
      continue;
    }
    if (performance.now() - began < TURN_MS) continue;
    await setImmediate();
    deadline?.check();
    began = performance.now();
  }
}

/** Takes results at one go, as within a write; @returns false where that would take too long. */
export function driveAtOnce<T>(results: Paused<T>, take: (result: T) => boolean, mayTakeLong: boolean): boolean {
  const began = performance.now();
  for (const result of results) {
    if (result !== PAUSE) {
      if (!take(result)) return true;
    } else if (!mayTakeLong && performance.now() - began > TURN_MS) {
      return false;
    }
  }
  return true;
}
