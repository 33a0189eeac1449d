// Opens so many WebSockets, one subscription on each, and makes changes one after the other:
//   node bench/support/subscribers.mjs URL COUNT CHANGES TOKEN SELECTION
// With a selection the server speaks graphql-transport-ws; without one it is the bare server. Prints a list of the
// milliseconds from each write to the message of the last socket, and the server's errors.
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { WebSocket } from "ws";
import { describe } from "./queries.mjs";

const MAX_MS = 30_000;
const SETTLE_MS = 2_000;
const OPEN_AT_ONCE = 50;

const [url, count, changes, token, selection] = process.argv.slice(2);
const authorization = `Bearer ${token}`;
const address = url.replace("http:", "ws:");

let seen = 0;
let errors = 0;
let isComplete = () => {};
function hear() {
  seen += 1;
  if (seen === Number(count)) isComplete();
}

async function openSubscriber() {
  if (!selection) {
    const socket = new WebSocket(address.replace("/graphql", "/changes")).on("message", hear);
    await once(socket, "open");
    return socket;
  }
  const socket = new WebSocket(address, "graphql-transport-ws", { headers: { authorization } });
  await once(socket, "open");
  socket.send(JSON.stringify({ type: "connection_init", payload: { authorization } }));
  await once(socket, "message");
  socket.on("message", (text) => {
    const { type, payload } = JSON.parse(text);
    if (type === "ping") return;
    if (type !== "next" || payload.errors) errors += 1;
    hear();
  });
  const query = `subscription { recordChanged(types: [MODEL]) { ${selection} } }`;
  socket.send(JSON.stringify({ id: "1", type: "subscribe", payload: { query } }));
  return socket;
}

async function change(n) {
  if (!selection) return sockets[0].send("write");
  const body = JSON.stringify(describe).replace("%c%", "0").replace("%n%", n);
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", authorization },
    body,
  });
  const { errors: refused } = await response.json();
  if (refused) throw new Error(JSON.stringify(refused));
}

const sockets = [];
while (sockets.length < Number(count)) {
  const some = Math.min(OPEN_AT_ONCE, Number(count) - sockets.length);
  sockets.push(...(await Promise.all(Array.from({ length: some }, openSubscriber))));
}
await delay(SETTLE_MS);
const taken = [];
for (let n = -1; n < Number(changes); n += 1) {
  seen = 0;
  const complete = new Promise((resolve) => (isComplete = resolve));
  const began = performance.now();
  await change(`${Date.now()} ${n}`);
  const isHeard = await Promise.race([complete.then(() => true), delay(MAX_MS, false)]);
  if (!isHeard) throw new Error(`${seen} of ${count} subscribers were told within ${MAX_MS / 1000} s.`);
  // The first change warms up.
  if (n >= 0) taken.push(performance.now() - began);
}
console.log(JSON.stringify({ taken, errors }));
process.exit(0);
