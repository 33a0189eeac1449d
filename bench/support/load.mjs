// Sends a fixed number of requests: node bench/support/load.mjs URL REQUESTS CONNECTIONS TOKEN, with the body on
// standard input. In the body, %n% becomes the number of the request and %c% that of the connection.
// A process of its own, so that the measured server shares no event loop with it. Prints the seconds that it took, and
// the milliseconds of each request.
import { Agent, request } from "node:http";
import { text } from "node:stream/consumers";

const [url, requests, connections, token] = process.argv.slice(2);
const body = await text(process.stdin);
const agent = new Agent({ keepAlive: true, maxSockets: Number(connections) });
const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };

const send = (content) =>
  new Promise((resolve, reject) => {
    const all = { ...headers, "content-length": Buffer.byteLength(content) };
    const sent = request(url, { method: "POST", agent, headers: all }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`The server answers with ${response.statusCode}.`));
      response.on("data", (chunk) => {
        if (chunk.includes('"errors":['))
          reject(new Error(`The server answers with ${chunk.toString().slice(0, 400)}`));
      });
      response.on("end", resolve).on("error", reject);
    });
    sent.on("error", reject).end(content);
  });

let left = Number(requests);
const taken = [];
const began = performance.now();
const work = async (connection) => {
  while (left-- > 0) {
    const sent = performance.now();
    await send(body.replaceAll("%n%", left).replaceAll("%c%", connection));
    taken.push(performance.now() - sent);
  }
};
await Promise.all(Array.from({ length: Number(connections) }, (_, connection) => work(connection)));
agent.destroy();
console.log(JSON.stringify({ seconds: (performance.now() - began) / 1000, taken }));
