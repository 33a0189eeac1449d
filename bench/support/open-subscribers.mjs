// Opens so many WebSockets, one subscription on each; its parent forks it:
//   fork("open-subscribers.mjs", [URL, COUNT, TOKEN, SELECTION])
// With a selection the server speaks graphql-transport-ws; without one it is the bare server. It tells the parent once
// all are open. The parent sends how many changes it shall make, one after the other, and gets the milliseconds from
// each write to the message of the last socket, and the server's errors; or it sends `everyMs`: the changes then
// follow each other for ever.
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { WebSocket } from "ws";
import { describe } from "./queries.mjs";

const MAX_MS = 30_000;
const SETTLE_MS = 1_000;
const OPEN_AT_ONCE = 50;

const [url, count, token, selection] = process.argv.slice(2);
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

/** Returns the milliseconds until all have heard of a change. */
async function changeHeardByAll(n) {
  seen = 0;
  const complete = new Promise((resolve) => (isComplete = resolve));
  const began = performance.now();
  await change(`${Date.now()} ${n}`);
  const isHeard = await Promise.race([complete.then(() => true), delay(MAX_MS, false)]);
  if (!isHeard) throw new Error(`${seen} of ${count} subscribers have heard within ${MAX_MS / 1000} s.`);
  return performance.now() - began;
}

async function obey({ changes, everyMs }) {
  if (everyMs) {
    for (let n = 0; ; n += 1) {
      // One that is late is not waited for.
      void change(`${Date.now()} ${n}`);
      await delay(everyMs);
    }
  }
  const taken = [];
  // The first change warms up.
  for (let n = 0; n <= changes; n += 1) taken.push(await changeHeardByAll(n));
  process.send({ taken: taken.slice(1), errors });
}

const sockets = [];
while (sockets.length < Number(count)) {
  const some = Math.min(OPEN_AT_ONCE, Number(count) - sockets.length);
  sockets.push(...(await Promise.all(Array.from({ length: some }, openSubscriber))));
}
await delay(SETTLE_MS);
process.on("message", obey);
process.once("disconnect", () => process.exit());
process.send("open");
