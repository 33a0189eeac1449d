import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { compiled } from "../compiled.js";
import type { StoreReport } from "./check-store.js";

/** A store of this size is probed in well under a second; one that takes longer is left to the start itself. */
const PROBE_MS = 10_000;

/**
 * Has a process of its own read the store in the folder, so that damage which ends a process ends that one.
 * @returns null if the probe of the ends took too long to tell.
 */
export async function askCheck(folder: string, how: "WHOLE" | "ENDS"): Promise<StoreReport | null> {
  const child = spawn(process.execPath, [compiled("check/check-process.js"), folder, how], {
    stdio: ["ignore", "pipe", "pipe"],
    ...(how === "ENDS" && { timeout: PROBE_MS, killSignal: "SIGTERM" as const }),
  });
  const ended = new Promise<NodeJS.Signals | number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(signal ?? code));
  });
  const [told, complaint, end] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (end === 0) return JSON.parse(told) as StoreReport;
  if (end === "SIGTERM" && how === "ENDS") return null;
  const line = complaint.trim().split("\n").at(-1) ?? "";
  const outcome = typeof end === "string" ? `ended the process that did by ${end}` : `failed: ${line}`;
  return { collections: 0, documents: 0, damage: [`reading it ${outcome}`] };
}
