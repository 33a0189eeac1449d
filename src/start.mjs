import { spawnSync } from "node:child_process";
import { createServer } from "node:net";

/**
 * `npm start`: looks whether the address can be had, compiles what has changed, and starts the server. Plain JavaScript,
 * since it runs before anything is compiled; the first compilation takes long, so what can be told before it is told.
 */

const { HOST: host = "127.0.0.1", PORT: port = "4000" } = process.env;

/** Why the address cannot be had, in the words of `startServer`; undefined where it can. */
function whyTaken() {
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
  const reason = await whyTaken();
  if (reason) {
    process.stderr.write(`${reason}\n`);
    process.exit(1);
  }
}
const { status } = spawnSync("npm run build --silent", { shell: true, stdio: "inherit" });
if (status !== 0) process.exit(status ?? 1);
await import("../dist/main.js");

// npm passes SIGTERM on to the shell between, which ends without a word to this process.
const { ppid } = process;
const LOOK_MS = 250;
const looking = setInterval(() => {
  if (process.ppid === ppid) return;
  clearInterval(looking);
  process.kill(process.pid, "SIGTERM");
}, LOOK_MS).unref();
