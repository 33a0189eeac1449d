import { type ChildProcess, spawn } from "node:child_process";

/** A program that goes on while the page goes on. */
export class Background {
  private readonly child: ChildProcess;
  private readonly closed: Promise<number | null>;
  output = "";

  constructor(command: string, args: readonly string[], env: NodeJS.ProcessEnv) {
    // A group of its own, so that what it starts ends with it.
    this.child = spawn(command, args, { env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on("data", (chunk: Buffer) => (this.output += chunk.toString()));
    this.closed = new Promise((resolve) => this.child.once("close", resolve));
  }

  /** Resolves with the exit code when it has ended by itself. */
  ended(): Promise<number | null> {
    return this.closed;
  }

  async end(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null && this.child.pid)
      process.kill(-this.child.pid, "SIGKILL");
    await this.closed;
  }
}
