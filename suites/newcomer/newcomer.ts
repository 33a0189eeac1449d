import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { vi } from "vitest";
import { freePort } from "../../test/support/free-port.js";
import { pidsWith } from "../../test/support/pids-with.js";
import { openTempFolder, type TempFolder } from "../../test/support/temp-folder.js";

export const MINUTE = 60_000;

/** A server that was started by a command. */
export interface Started {
  /** The output so far. */
  readonly said: string;
  /** Sends SIGTERM to the command, as an operator does, and waits for the end. Returns its exit code and signal. */
  end(): Promise<unknown[]>;
}

/** Somebody with an empty folder, on a machine whose engine is hidden and where no variable of Rocas is set. */
export class Newcomer {
  private constructor(
    private readonly folder: TempFolder,
    /** The folder that commands run in. */
    readonly home: string,
    private readonly environment: NodeJS.ProcessEnv,
  ) {}

  static async arrive(): Promise<Newcomer> {
    const folder = await openTempFolder();
    const home = join(folder.path, "rocas");
    await mkdir(home);
    const { PATH, HOME } = process.env;
    const DOCKER_HOST = `unix://${folder.path}/none.sock`;
    return new Newcomer(folder, home, { PATH, HOME, PORT: String(await freePort()), DOCKER_HOST });
  }

  run(command: string, ...words: readonly string[]) {
    return promisify(execFile)(command, words, { cwd: this.home, env: this.environment });
  }

  /** Runs a command that starts the server until it has printed its greeting. */
  async start(command: string, ...words: readonly string[]): Promise<Started> {
    const options = { cwd: this.home, env: this.environment };
    const server: ChildProcess = spawn(command, words, { ...options, stdio: ["ignore", "pipe", "inherit"] });
    const ended = once(server, "close");
    let said = "";
    server.stdout!.setEncoding("utf8").on("data", (piece: string) => (said += piece));
    await vi.waitUntil(() => said.includes("\nToken "), { timeout: 3 * MINUTE, interval: 200 });
    return {
      get said() {
        return said;
      },
      end() {
        server.kill("SIGTERM");
        return ended;
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const pid of pidsWith(this.home)) process.kill(pid, "SIGKILL");
    await this.folder[Symbol.asyncDispose]();
  }
}
