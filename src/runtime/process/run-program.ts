import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { StringDecoder } from "node:string_decoder";
import { fileURLToPath } from "node:url";
import { printable } from "../../text/printable.js";
import type { OnLog } from "../image-builder.js";
import { killTagged, RUN_ID } from "./live-process.js";

// Right in src and in dist: the compiler does not copy Python.
const LAUNCHER = fileURLToPath(new URL("../../../src/runtime/process/python/run_program.py", import.meta.url));

export interface ProgramRun {
  /** The Python that supervises the program. */
  readonly python: string;
  readonly words: readonly string[];
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/**
 * Runs a program to its end, and returns its exit code. All its processes end with the signal, and with this process in
 * any case.
 * @throws the signal's reason, once the program is gone
 */
export async function runProgram({ python, words, folder, env, signal }: ProgramRun, onLog: OnLog): Promise<number> {
  signal.throwIfAborted();
  const id = randomBytes(16).toString("hex");
  const child = spawn(python, ["-I", LAUNCHER, ...words], {
    cwd: folder,
    env: { ...env, [RUN_ID]: id },
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.on("error", () => {});
  const end = () => child.stdin.end();
  signal.addEventListener("abort", end, { once: true });
  for (const stream of [child.stdout, child.stderr]) {
    const decoder = new StringDecoder("utf8");
    stream.on("data", (piece: Buffer) => onLog(printable(decoder.write(piece))));
  }
  // If its supervisor was killed, the program would keep the output open.
  child.once("exit", (code) => void (code === null && killTagged(id)));
  try {
    const [code] = (await once(child, "close")) as [number | null];
    signal.throwIfAborted();
    return code ?? 1;
  } finally {
    signal.removeEventListener("abort", end);
  }
}
