import { freePort } from "../../support/free-port.js";
import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface TestRegistry extends AsyncDisposable {
  /** host:port */
  readonly address: string;
  /** What the registry wrote. */
  log(): string;
}

export interface User {
  readonly username: string;
  readonly password: string;
}

/** A registry of its own on loopback; with a user, only that user may come in. */
export async function openRegistry(user?: User): Promise<TestRegistry> {
  const folder = await mkdtemp(join(tmpdir(), "rocas-registry-"));
  const address = `127.0.0.1:${await freePort()}`;
  const htpasswd = join(folder, "htpasswd");
  if (user) await writeFile(htpasswd, execFileSync("htpasswd", ["-nbB", user.username, user.password]));
  const config = join(folder, "config.yml");
  await writeFile(config, configOf(address, join(folder, "images"), user && htpasswd));
  const server = spawn("docker-registry", ["serve", config], { stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  for (const stream of [server.stdout, server.stderr]) stream.on("data", (piece: Buffer) => (log += piece.toString()));
  const ended = new Promise<void>((resolve) => server.once("exit", () => resolve()));
  await answering(`http://${address}/v2/`);
  return {
    address,
    log: () => log,
    async [Symbol.asyncDispose]() {
      server.kill("SIGKILL");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const configOf = (address: string, images: string, htpasswd?: string) => `version: 0.1
log: { level: info }
storage: { filesystem: { rootdirectory: ${images} } }
http: { addr: ${address}, secret: ${randomBytes(16).toString("hex")} }
${htpasswd ? `auth: { htpasswd: { realm: rocas-test, path: ${htpasswd} } }` : ""}
`;

async function answering(url: string): Promise<void> {
  const until = performance.now() + 10_000;
  while (performance.now() < until) {
    const answers = await fetch(url).then(
      () => true,
      () => false,
    );
    if (answers) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`Nothing answers at ${url}.`);
}
