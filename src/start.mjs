import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { isBuilt } from "./build-stamp.mjs";

/**
 * `npm start`: checks that the address can be had, builds if a source has changed, and starts the server. Plain
 * JavaScript, since it runs before anything is compiled. The first build takes long, so the address is checked before it.
 */

const { HOST: host = "127.0.0.1", PORT: port = "4000" } = process.env;

/** Returns why the address cannot be had, in the words of `startServer`; undefined if it can. */
function addressFault() {
  const reasons = {
    EADDRINUSE: `Port ${port} of ${host} is taken: set PORT to another, or end what listens there.`,
    EACCES: `Port ${port} may not be used by this user: set PORT to one above 1023.`,
    EADDRNOTAVAIL: `${host} is no address of this machine: set HOST to one that is.`,
    ENOTFOUND: `${host} is not known: set HOST to an address of this machine.`,
  };
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", ({ code }) => resolve(reasons[code]));
    server.listen({ host, port: Number(port) }, () => server.close(() => resolve(undefined)));
  });
}

// With arguments nothing is started. A port that is no number is told with the other settings.
if (process.argv.length === 2 && /^[1-9]\d{0,4}$/.test(port) && Number(port) < 65_536) {
  const reason = await addressFault();
  if (reason) {
    process.stderr.write(`${reason}\n`);
    process.exit(1);
  }
}
if (!isBuilt()) {
  if (!existsSync(fileURLToPath(new URL("../node_modules/typescript", import.meta.url)))) {
    process.stderr.write(
      "dist/ is not built from these sources, and there is no compiler: npm ci && npm run build, then npm ci --omit=dev.\n",
    );
    process.exit(1);
  }
  await import("./build.mjs");
}
await import("../dist/main.js");

// npm passes SIGTERM on to the shell between, which ends without a word to this process.
const { ppid } = process;
const LOOK_MS = 250;
const looking = setInterval(() => {
  if (process.ppid === ppid) return;
  clearInterval(looking);
  process.kill(process.pid, "SIGTERM");
}, LOOK_MS).unref();
