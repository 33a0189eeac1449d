// Load from another process, and what it costs a server.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { processorSeconds } from "./process-use.mjs";

/** The token of measured servers. */
export const TOKEN = "bench-bench-bench-bench-bench-bench";

const LOAD = fileURLToPath(new URL("load.mjs", import.meta.url));

export const median = (values) => quantile(values, 0.5);

/** Returns the value that such a share of the values is below: 0.99 gives the slowest hundredth. */
export const quantile = (values, share) => [...values].sort((a, b) => a - b)[Math.floor(values.length * share)];

/** Starts a load; `kill` ends it early. */
export function startLoad({ url }, body, requests, connections) {
  const load = spawn(process.execPath, [LOAD, url, String(requests), String(connections), TOKEN], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  load.stdin.end(JSON.stringify(body));
  return load;
}

/** Returns the seconds, the processor seconds and the slowest hundredth, in milliseconds, of so many requests. */
export async function loaded(server, body, requests, connections) {
  const before = await processorSeconds(server.pid);
  const load = startLoad(server, body, requests, connections);
  const [said, [code]] = await Promise.all([text(load.stdout), once(load, "exit")]);
  if (code !== 0) throw new Error(`The load on ${server.name} has failed.`);
  const { seconds, taken } = JSON.parse(said);
  return { seconds, processor: (await processorSeconds(server.pid)) - before, slowest: quantile(taken, 0.99) };
}

/** Returns the answer's data. @throws Error for any other answer */
export async function answerOf({ url, name }, body) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify(body),
  });
  const { data, errors } = await response.json();
  if (errors || !data) throw new Error(`${name} answers ${response.status}: ${JSON.stringify(errors)}`);
  return data;
}

/** @throws Error if the servers do not answer the same */
export async function requireEqualAnswers(servers, body) {
  const answers = [];
  for (const server of servers) answers.push(sorted(await answerOf(server, body)));
  for (const [n, answer] of answers.entries())
    if (answer !== answers[0])
      throw new Error(
        `${body.operationName}: ${servers[n].name} answers ${answer.slice(0, 500)}\n${servers[0].name} ${answers[0].slice(0, 500)}`,
      );
}

/** Returns the value as text, with the fields of stored JSON in one order. */
const sorted = (data) =>
  JSON.stringify(data, (_, value) =>
    value && typeof value === "object" && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
      : value,
  );

/**
 * Returns by server its medians: the ratios to the first server, milliseconds of one request, and the milliseconds of
 * the slowest hundredth. Rounds are interleaved; the one that goes first changes from round to round, and a round of
 * `warmUp` requests goes before.
 */
export async function compared(servers, { body, requests, connections, rounds, warmUp = requests }) {
  const results = new Map(servers.map((server) => [server, []]));
  for (let round = -1; round < rounds; round += 1) {
    const first = (round + 1) % servers.length;
    for (const server of [...servers.slice(first), ...servers.slice(0, first)]) {
      const result = await loaded(server, body, round < 0 ? warmUp : requests, connections);
      if (round >= 0) results.get(server).push(result);
    }
  }
  const floor = results.get(servers[0]);
  return servers.map((server) => {
    const own = results.get(server);
    const of = (what) => ({
      ratio: median(own.map((each, n) => each[what] / Math.max(floor[n][what], 0.01))),
      ms: (median(own.map((each) => each[what])) / requests) * 1000,
    });
    const slowest = median(own.map((each) => each.slowest));
    return { name: server.name, seconds: of("seconds"), processor: of("processor"), slowest };
  });
}
