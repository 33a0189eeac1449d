import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { DomainError } from "../../errors.js";
import { ContainerRefusedError } from "../runtime.js";
import type { RunnableImage } from "./runnable-image.js";

// From src and from dist alike: the compiler does not copy Python.
const SUPERVISOR = fileURLToPath(new URL("../../../src/runtime/process/python/supervisor.py", import.meta.url));
const STARTED_WITHIN = 30_000;
const LOOK_AGAIN = 10;

export interface SupervisorStart {
  readonly run: string;
  readonly volume: string;
  readonly image: RunnableImage;
  readonly program: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Starts a supervisor in a session of its own, and resolves once the run has begun. One that finds another at work ends
 * at once, so that a repeated call, of another process too, starts nothing twice.
 * @throws ContainerRefusedError if the image's Python cannot be started, RUNTIME_UNAVAILABLE where it does not begin
 */
export async function startSupervisor({ run, volume, image, program, env }: SupervisorStart): Promise<void> {
  const errors = await open(join(run, "supervisor.log"), "a", 0o600);
  let refusal: Error | undefined;
  let hasEnded = false;
  try {
    const words = ["-I", SUPERVISOR, run, volume, image.tree, ...program];
    const child = spawn(image.python, words, {
      detached: true,
      env,
      stdio: ["ignore", "ignore", errors.fd],
      cwd: volume,
    });
    child.once("error", (error) => (refusal = error));
    child.once("exit", () => (hasEnded = true));
    child.unref();
  } finally {
    await errors.close();
  }
  const until = performance.now() + STARTED_WITHIN;
  while (!existsSync(join(run, "state.json"))) {
    if (refusal)
      throw new ContainerRefusedError("The image's Python cannot be started; build it again.", { cause: refusal });
    // Stopped before it began.
    if (!existsSync(join(run, "spec.json"))) return;
    // One that ended without a word left the start to another.
    const said = hasEnded ? (await readFile(join(run, "supervisor.log"), "utf8").catch(() => "")).trim() : "";
    if (said || performance.now() > until) throw notBegun(said);
    await delay(LOOK_AGAIN);
  }
}

const notBegun = (said: string) =>
  new DomainError(
    "RUNTIME_UNAVAILABLE",
    `The run does not begin: ${said.split("\n").at(-1) || "nothing is heard of it"}`,
  );
