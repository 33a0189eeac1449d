// Small reads at fixed times, as they come from people who know nothing of each other.
import { setTimeout as delay } from "node:timers/promises";
import { answerOf, loaded, quantile } from "./measure.mjs";
import { one } from "./queries.mjs";

const EVERY_MS = 10;
const [WARM_REQUESTS, WARM_MS] = [200, 500];
const [MS, QUICK_MS] = [4_000, 1_000];

export const SMALL_READS_NOTE = `A read every ${EVERY_MS} milliseconds for ${MS / 1_000} seconds, also if those before have not come back.`;

/**
 * Asks for one record every 10 ms, also if the reads before have not come back: if a server is busy for a second, a
 * hundred of them wait.
 * @returns the slowest hundredth in milliseconds, the number of reads, and how many of them failed
 */
async function smallReads(server, ms) {
  const taken = [];
  const read = async (due) => {
    const isAnswered = await answerOf(server, one).then(
      () => true,
      () => false,
    );
    taken.push(isAnswered ? performance.now() - due : Infinity);
  };
  const sent = [];
  const begin = performance.now();
  for (let due = begin; due < begin + ms; due += EVERY_MS) {
    await delay(Math.max(0, due - performance.now()));
    sent.push(read(due));
  }
  await Promise.all(sent);
  const failed = taken.filter((each) => each === Infinity).length;
  return { slowest: quantile(taken, 0.99), count: taken.length, failed };
}

const milliseconds = (value) => (value === Infinity ? "not answered" : `${value.toFixed(value < 100 ? 1 : 0)} ms`);

/**
 * Measures the slowest hundredth of small reads alone, and beside other work.
 * @param begin starts that work, and returns what ends it
 * @returns cells: alone, beside, the second as a multiple of the first, and the number of reads
 */
export async function readsBeside(server, { isQuick, begin }) {
  const ms = isQuick ? QUICK_MS : MS;
  await loaded(server, one, WARM_REQUESTS, 1);
  const alone = await smallReads(server, ms);
  const end = await begin();
  await delay(WARM_MS);
  const beside = await smallReads(server, ms);
  await end();
  return [
    milliseconds(alone.slowest),
    milliseconds(beside.slowest),
    (beside.slowest / alone.slowest).toFixed(1),
    `${beside.count}${beside.failed > 0 ? `, ${beside.failed} failed` : ""}`,
  ];
}
