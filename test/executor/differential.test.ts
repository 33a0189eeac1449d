import { afterAll, beforeAll, expect, test } from "vitest";
import { SeededRandom } from "../../packages/embedded-store/test/support/seeded-random.js";
import { openTestApp, type TestApp } from "../support/open-test-app.js";
import { damageCopies, damageSome } from "./support/damage.js";
import { findDifferences } from "./support/find-differences.js";
import { seedVaried } from "./support/seed-varied.js";

/** `ROCAS_DIFFERENTIAL=20000` asks as often; ROCAS_TEST_SEED chooses the queries. */
const COUNT = Number(process.env["ROCAS_DIFFERENTIAL"] ?? 300);
const SEED = Number(process.env["ROCAS_TEST_SEED"] ?? 1);
const PATIENCE = { timeout: 3_600_000 };

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
  await seedVaried(app);
});
afterAll(() => app[Symbol.asyncDispose]());

test(`both executors give the same answers to random queries (seed ${SEED})`, PATIENCE, async () => {
  const { asked, clean, differences } = await findDifferences(app, SEED, COUNT);
  expect(differences.join("\n\n")).toBe("");
  expect(asked).toBeGreaterThanOrEqual(COUNT);
  expect(clean).toBeGreaterThan(COUNT / 2);
});

// The tests go on with one store: each damages it more.
test(`both executors give the same answers from damaged records (seed ${SEED})`, PATIENCE, async () => {
  await damageCopies(app, new SeededRandom(SEED));
  const { differences } = await findDifferences(app, SEED + 1_000_000, COUNT);
  expect(differences.join("\n\n")).toBe("");
});

test(`both executors answer lists with damaged records alike (seed ${SEED})`, PATIENCE, async () => {
  await damageSome(app, new SeededRandom(SEED), 15);
  const { differences } = await findDifferences(app, SEED + 2_000_000, COUNT);
  expect(differences.join("\n\n")).toBe("");
});
