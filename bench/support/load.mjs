// Sends a fixed number of requests: node bench/support/load.mjs URL REQUESTS CONNECTIONS TOKEN, with the
// body on standard input.
// A process of its own, so that the measured server shares no event loop with it. Prints the seconds that it took.
import { Agent, request } from "node:http";
import { text } from "node:stream/consumers";

const [url, requests, connections, token] = process.argv.slice(2);
const body = await text(process.stdin);
const agent = new Agent({ keepAlive: true, maxSockets: Number(connections) });
const headers = {
  "content-type": "application/json",
  "content-length": Buffer.byteLength(body),
  authorization: `Bearer ${token}`,
};

const send = () =>
  new Promise((resolve, reject) => {
    const sent = request(url, { method: "POST", agent, headers }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`The server answers with ${response.statusCode}.`));
      response.resume().on("end", resolve).on("error", reject);
    });
    sent.on("error", reject).end(body);
  });

let left = Number(requests);
const began = performance.now();
const work = async () => {
  while (left-- > 0) await send();
};
await Promise.all(Array.from({ length: Number(connections) }, work));
agent.destroy();
console.log((performance.now() - began) / 1000);
