// One record by natural key, alone and while eight clients ask for the largest lists.
import { setTimeout as delay } from "node:timers/promises";
import { answerOf, loaded, startLoad } from "../support/measure.mjs";
import { SERVERS } from "../support/open-bench.mjs";
import { lineage, one } from "../support/queries.mjs";
import { LARGEST } from "./requests.mjs";

const REQUESTS = 200;
const LISTS = 8;
const MAX_MS = 10_000;
const WARM_MS = 500;

/** Sends small requests one by one, as long as there is time. Returns the slowest hundredth in milliseconds. */
async function slowest(server, most) {
  const taken = [];
  const end = performance.now() + MAX_MS;
  while (taken.length < most && (taken.length === 0 || performance.now() < end)) {
    const sent = performance.now();
    await answerOf(server, one);
    taken.push(performance.now() - sent);
  }
  return taken.sort((a, b) => a - b)[Math.floor(taken.length * 0.99)];
}

export const BESIDE = {
  name: "beside",
  title: `(h) The slowest hundredth of (c) while eight clients ask (a) for ${LARGEST}`,
  note: `Requests one after the other: ${REQUESTS}, or what ${MAX_MS / 1000} seconds allow. A client stops at the first list that ends in an error.`,
  async measure({ started }) {
    const rows = [];
    for (const name of SERVERS) {
      const server = await started(name);
      await loaded(server, one, REQUESTS, 1);
      const alone = await slowest(server, REQUESTS);
      const lists = startLoad(server, lineage(LARGEST), 1e6, LISTS);
      const ended = new Promise((resolve) =>
        lists.once("exit", (code, signal) => resolve(signal ? "" : "a list failed")),
      );
      await delay(WARM_MS);
      const beside = await slowest(server, REQUESTS).catch((error) => error);
      lists.kill();
      const failed = await ended;
      rows.push([
        ...[name, `${alone.toFixed(1)} ms`],
        beside instanceof Error ? "failed" : `${beside.toFixed(0)} ms${failed && `, ${failed}`}`,
        beside instanceof Error ? "" : (beside / alone).toFixed(1),
      ]);
    }
    return { head: ["", "alone", "beside lists", "times"], rows };
  },
};
