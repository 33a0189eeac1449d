import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { StringDecoder } from "node:string_decoder";
import { fileURLToPath } from "node:url";
import { printable } from "../../text/printable.js";
import type { Told } from "../image-builder.js";
import { killMarked } from "./live-process.js";
import { RUN_ID } from "./run-env.js";

// From src and from dist alike: the compiler does not copy Python.
const TIED = fileURLToPath(new URL("../../../src/runtime/process/python/tied.py", import.meta.url));

export interface TiedProcess {
  /** Of the Python that watches over the program. */
  readonly python: string;
  readonly words: readonly string[];
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/**
 * Runs a program to its end, with all that it starts, and gives its exit code. It ends with the signal, and with this
 * process, however that ends.
 * @throws the signal's reason, once the program is gone
 */
export async function runTied({ python, words, folder, env, signal }: TiedProcess, told: Told): Promise<number> {
  signal.throwIfAborted();
  const id = randomBytes(16).toString("hex");
  const child = spawn(python, ["-I", TIED, ...words], {
    cwd: folder,
    env: { ...env, [RUN_ID]: id },
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.on("error", () => {});
  const end = () => child.stdin.end();
  signal.addEventListener("abort", end, { once: true });
  for (const stream of [child.stdout, child.stderr]) {
    const decoder = new StringDecoder("utf8");
    stream.on("data", (piece: Buffer) => told(printable(decoder.write(piece))));
  }
  // Nobody watches over the program any more if what did so was killed: it would keep the output open.
  child.once("exit", (code) => void (code === null && killMarked(id)));
  try {
    const [code] = (await once(child, "close")) as [number | null];
    signal.throwIfAborted();
    return code ?? 1;
  } finally {
    signal.removeEventListener("abort", end);
  }
}
