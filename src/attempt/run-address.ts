import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import type { App } from "../app.js";
import { httpUrl } from "../server-address.js";
import { chooseOnce } from "../store/installation.js";

const PORT_KEY = "run_port";
// Below the range from which Linux takes the ports of outgoing connections.
const FIRST_PORT = 20_000;
const LAST_PORT = 32_000;

type Reached = Pick<App, "settings" | "store" | "runtime">;

/** The address that the run listener binds. @throws RUNTIME_UNAVAILABLE if the engine is to say it and none answers. */
export async function runAddress(app: Reached): Promise<{ host: string; port: number }> {
  const host = app.settings.ROCAS_RUN_HOST || (await app.runtime.runApiHost());
  return { host, port: app.settings.ROCAS_RUN_PORT || (await keptPort(app, host)) };
}

/** The address by which containers reach it. @throws RUNTIME_UNAVAILABLE likewise. */
export async function runUrl(app: Reached): Promise<string> {
  if (app.settings.ROCAS_RUN_URL) return app.settings.ROCAS_RUN_URL.replace(/\/+$/, "");
  const { host, port } = await runAddress(app);
  return httpUrl(host, port);
}

/** Chosen once for the installation: containers that run know it, and it must outlive this process. */
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
    probe.once("error", () => resolve(false));
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(true)));
  });
