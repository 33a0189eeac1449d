import { SeededRandom } from "../../../packages/embedded-store/test/support/seeded-random.js";
import type { TestApp } from "../../support/open-test-app.js";
import { type BothExecutors, openBothExecutors } from "./both-executors.js";
import { RandomQueries } from "./random-queries.js";
import { differencesOf } from "./same-answers.js";
import { storedWords } from "./stored-words.js";

export interface Found {
  /** The requests that both executors answered. */
  readonly asked: number;
  /** Those that were answered without errors. */
  readonly clean: number;
  readonly differences: readonly string[];
}

const MOST_DIFFERENCES = 5;
/** Times and the tickets in addresses pass on between two calls. */
const ATTEMPTS = 3;

/** Sends random queries to both executors, over the same store. @param count of the requests. */
export async function findDifferences(app: TestApp, seed: number, count: number): Promise<Found> {
  await using both = await openBothExecutors(app);
  const queries = new RandomQueries(app.schema, new SeededRandom(seed), await storedWords(app));
  const differences: string[] = [];
  let [asked, clean] = [0, 0];
  for (let tried = 0; asked < count && tried < 10 * count && differences.length < MOST_DIFFERENCES; tried += 1) {
    const { query, variables } = queries.query();
    for (const each of variables) {
      const answered = await compare(both, query, each);
      if (!answered) break;
      asked += 1;
      if (answered.isClean) clean += 1;
      if (answered.differences.length > 0)
        differences.push([query, JSON.stringify(each), ...answered.differences].join("\n"));
    }
  }
  return { asked, clean, differences };
}

async function compare(both: BothExecutors, query: string, variables: object) {
  let [differences, isClean]: [string[], boolean] = [[], false];
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const theirs = await both.ask("graphql-js", query, variables);
    const ours = await both.ask("compiled", query, variables);
    if (!ours || !theirs) return null;
    isClean = theirs.errors.length === 0;
    differences = differencesOf(ours, theirs);
    if (differences.length === 0) break;
  }
  return { differences, isClean };
}
