import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import type { App } from "../app.js";
import { httpUrl } from "../server-address.js";
import { chooseOnce } from "../store/choose-once.js";

const PORT_KEY = "run_port";
// Linux takes the ports of outgoing connections from above this range.
const FIRST_PORT = 20_000;
const LAST_PORT = 32_000;

type Reached = Pick<App, "settings" | "store" | "runtime">;

/** Returns the address that the run listener binds. @throws RUNTIME_UNAVAILABLE if no engine answers to name it. */
export async function runAddress(app: Reached): Promise<{ host: string; port: number }> {
  const host = app.settings.ROCAS_RUN_HOST || (await app.runtime.runApiHost());
  return { host, port: app.settings.ROCAS_RUN_PORT || (await keptPort(app, host)) };
}

/** Returns the address at which containers reach the run listener. @throws RUNTIME_UNAVAILABLE, as above. */
export async function runUrl(app: Reached): Promise<string> {
  if (app.settings.ROCAS_RUN_URL) return app.settings.ROCAS_RUN_URL.replace(/\/+$/, "");
  const { host, port } = await runAddress(app);
  return httpUrl(host, port);
}

/** The port is chosen once for an installation: running containers know it, and outlive this process. */
const keptPort = ({ store }: Pick<App, "store">, host: string): Promise<number> =>
  chooseOnce(store, PORT_KEY, () => freePort(host));

async function freePort(host: string): Promise<number> {
  for (let tries = 0; tries < 50; tries += 1) {
    const port = randomInt(FIRST_PORT, LAST_PORT);
    if (await isFree(host, port)) return port;
  }
  throw new Error(`No port between ${FIRST_PORT} and ${LAST_PORT} is free on ${host}.`);
}

const isFree = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer();
    // An address that is not there yet has no port that is taken. Podman's bridge comes with the first container.
    probe.once("error", ({ code }: NodeJS.ErrnoException) => resolve(code === "EADDRNOTAVAIL"));
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(true)));
  });
