import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { StoreReport } from "./check-process.js";

const PROGRAM = fileURLToPath(new URL("./check-process.js", import.meta.url));

/** A store of this size is probed in well under a second; one that takes longer is left to the start itself. */
const PROBE_MS = 10_000;

/**
 * Has a process of its own read the store in the folder, so that damage which ends a process ends that one.
 * @returns null if the probe of the ends took too long to tell.
 */
export async function askCheck(folder: string, how: "WHOLE" | "ENDS"): Promise<StoreReport | null> {
  const child = spawn(process.execPath, [PROGRAM, folder, how], {
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

/** A store that cannot be read, with what to do. */
export class StoreDamaged extends Error {
  override readonly name = "StoreDamaged";

  constructor(folder: string, reason: string, options?: ErrorOptions) {
    super(
      `The store in ${folder} cannot be read: ${reason}. Restore the folder from a backup, or choose another data folder.`,
      options,
    );
  }
}
