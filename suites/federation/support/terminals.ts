import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";

const READY = /listens? on http/;

/** Where the commands of a page are run: each in a shell of its own, with what the reader has exported before. */
export class Terminals {
  private readonly servers: ChildProcess[] = [];
  private exported = "";

  constructor(private readonly env: NodeJS.ProcessEnv) {}

  /** Runs commands that end, and gives what they print. @throws where one of them fails. */
  async run(commands: string): Promise<string> {
    const { stdout } = await promisify(execFile)("bash", ["-euc", this.exported + commands], { env: this.env });
    const exports = commands.split("\n").filter((line) => line.startsWith("export "));
    this.exported += exports.map((line) => `${line}\n`).join("");
    return stdout;
  }

  /** Starts a server, and waits until it says that it listens. @throws with all that it said where it ends before. */
  async start(commands: string): Promise<void> {
    const server = spawn("bash", ["-euc", this.exported + commands], { env: this.env, detached: true });
    this.servers.push(server);
    let told = "";
    await new Promise<void>((resolve, reject) => {
      const listen = (chunk: Buffer) => {
        told += chunk.toString();
        if (READY.test(told)) resolve();
      };
      server.stdout.on("data", listen);
      server.stderr.on("data", listen);
      server.once("exit", (code) => reject(new Error(`${commands} ended with ${code}:\n${told}`)));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      this.servers
        .filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)
        .map((server) => {
          const ended = once(server, "exit");
          // The whole group: npm and the shell would leave the server behind.
          process.kill(-server.pid!, "SIGTERM");
          return ended;
        }),
    );
  }
}
