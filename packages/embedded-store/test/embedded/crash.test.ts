import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { openKillableStore } from "../support/killable-store.js";
import { disagreements, type Entry, Ledger } from "../support/ledger.js";
import { openTempFolder } from "../support/temp-folder.js";

const CRASHES = Number(process.env.ROCAS_TEST_CRASHES ?? 100);
const WRITERS = 6;

test(`a store killed ${CRASHES} times in the middle of writes loses nothing that it acknowledged, and every index agrees`, async () => {
  await using folder = await openTempFolder();
  const ledger = new Ledger();
  const openedIn: number[] = [];
  for (let crash = 0; crash <= CRASHES; crash += 1) {
    const store = await openKillableStore(folder.path);
    openedIn.push(store.openedIn);
    const entries = store.database.collection<Entry>("entries");
    await entries.createIndexes([
      { key: { key: 1 }, unique: true },
      { key: { tags: 1, version: -1 } },
      { key: { version: 1 } },
    ]);
    expect(await ledger.lost(entries)).toEqual([]);
    if (crash % 10 === 0) expect(await disagreements(entries)).toEqual([]);
    const writing = ledger.write(entries, WRITERS);
    await sleep(Math.random() * 60);
    await store.kill();
    await writing;
  }
  expect(ledger.acknowledgements).toBeGreaterThan(CRASHES);
  expect(openedIn.sort((a, b) => a - b)[CRASHES >> 1]).toBeLessThan(250);
}, 300_000);
