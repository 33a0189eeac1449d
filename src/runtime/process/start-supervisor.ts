import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { DomainError } from "../../errors.js";
import { ContainerRefusedError } from "../runtime.js";
import type { RunnableImage } from "./process-images.js";

// Right in src and in dist: the compiler does not copy Python.
const SUPERVISOR = fileURLToPath(new URL("../../../src/runtime/process/python/supervisor.py", import.meta.url));
const START_TIMEOUT_MS = 30_000;
const POLL_MS = 10;

export interface SupervisorStart {
  readonly run: string;
  readonly volume: string;
  readonly image: RunnableImage;
  readonly program: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Starts a supervisor in its own session, and resolves once the run has begun. A second supervisor of a run ends at
 * once: a repeated call, also by another process, starts nothing twice.
 * @throws ContainerRefusedError if the image's Python cannot be started, RUNTIME_UNAVAILABLE if the run does not begin
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
  const until = performance.now() + START_TIMEOUT_MS;
  while (!existsSync(join(run, "state.json"))) {
    if (refusal)
      throw new ContainerRefusedError("The image's Python cannot be started; build it again.", { cause: refusal });
    // The run was stopped before it began.
    if (!existsSync(join(run, "spec.json"))) return;
    // A supervisor that ended without output left the start to another.
    const message = hasEnded ? (await readFile(join(run, "supervisor.log"), "utf8").catch(() => "")).trim() : "";
    if (message || performance.now() > until) throw startError(message);
    await delay(POLL_MS);
  }
}

const startError = (message: string) =>
  new DomainError(
    "RUNTIME_UNAVAILABLE",
    `The run does not begin: ${message.split("\n").at(-1) || "nothing is heard of it"}`,
  );
