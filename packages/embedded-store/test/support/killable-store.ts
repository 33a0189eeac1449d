import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { mongo } from "mongoose";

const SCRIPT = fileURLToPath(new URL("./serve-store.mjs", import.meta.url));
const FAREWELL_MS = 1_000;

export interface KillableStore {
  readonly database: mongo.Db;
  /** How long opening took, in milliseconds. */
  readonly openedIn: number;
  /** As a power cut would: nothing of the process runs any more. */
  kill(): Promise<void>;
}

/**
 * The embedded store in a process of its own, with the driver connected to it.
 * @param clockAhead by how many milliseconds the clock of its machine is ahead of ours
 */
export async function openKillableStore(dataFolder: string, clockAhead = 0): Promise<KillableStore> {
  const child = spawn(process.execPath, [SCRIPT, dataFolder, String(clockAhead)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  const { uri, openedIn } = JSON.parse(line) as { uri: string; openedIn: number };
  const client = await new mongo.MongoClient(`${uri}/?directConnection=true`, {
    serverSelectionTimeoutMS: 2_000,
  }).connect();
  return {
    database: client.db("crash"),
    openedIn,
    async kill() {
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
      // The driver may wait for ever to bid a server farewell whose death it has not noticed yet.
      await Promise.race([client.close(true), sleep(FAREWELL_MS, undefined, { ref: false })]);
    },
  };
}
