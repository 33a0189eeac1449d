import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { ENTRYPOINT } from "../../src/attempt/begin-attempt.js";
import { containerName } from "../../src/runtime/container-policy.js";
import { openCluster } from "../docker/support/engine.js";
import { type Granted, RunListener, TOKEN } from "./run-listener.js";

const MOST_MS = 60_000;

export interface Run extends AsyncDisposable {
  readonly listener: RunListener;
  readonly name: string;
  /** Where its service is, as this machine reaches it. */
  endpoint(): Promise<string>;
  /** As an engine stops a container. Not in this thread, where the listener answers to the container's last words. */
  stop(): Promise<unknown>;
  /** The code with which the container ends. */
  exit(): Promise<number>;
}

/** A container of the image, run as Rocas runs it, whose attempt the listener grants. */
export async function openRun(image: string, granted: Granted): Promise<Run> {
  const listener = await RunListener.open(granted);
  const { runtime, ...cluster } = openCluster();
  const attempt = { kind: granted.kind, job: `onboard-${randomBytes(6).toString("hex")}`, slot: 0, attempt: 1 };
  const name = containerName(attempt);
  const seen = async () => (await runtime.observe()).find((replica) => replica.name === name);
  await runtime.run({
    ...attempt,
    name,
    image,
    command: ENTRYPOINT,
    env: { ROCAS_RUN_URL: `http://${await runtime.runApiHost()}:${listener.port}` },
    secretFiles: { token: TOKEN },
    resources: { memoryMb: 1024, cpus: 2, pids: 256, scratchMb: 1024 },
  });
  return {
    listener,
    name,
    endpoint: () => until(async () => (await seen())?.endpoint ?? null),
    stop: () => promisify(execFile)("docker", ["stop", "-t", "10", name]),
    exit: () => until(async () => (await seen())?.exit?.code ?? null),
    async [Symbol.asyncDispose]() {
      await cluster[Symbol.asyncDispose]();
      await listener[Symbol.asyncDispose]();
    },
  };
}

/** The first answer that is none of null, undefined and false. */
export async function until<T>(ask: () => T | Promise<T>): Promise<Exclude<T, null | undefined | false>> {
  const end = performance.now() + MOST_MS;
  while (performance.now() < end) {
    const answer = await ask();
    if (answer !== null && answer !== undefined && answer !== false)
      return answer as Exclude<T, null | undefined | false>;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("It did not come about within a minute.");
}
