import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CrashWatch } from "../support/crash-watch.js";
import { idOf, tokenOf } from "../support/watcher.js";

const CRASHES = 12;

test(`a watcher of a store that is killed ${CRASHES} times gets each insert once that was acknowledged, in order`, async () => {
  const folder = await mkdtemp(join(tmpdir(), "rocas-watched-crash-"));
  const watch = new CrashWatch(folder);
  for (let crash = 0; crash < CRASHES; crash += 1) await watch.crash();
  const present = await watch.finish();
  await rm(folder, { recursive: true, force: true });
  const told = watch.events.map(idOf);
  expect(watch.acknowledged.size).toBeGreaterThan(CRASHES);
  expect(new Set(told).size).toBe(told.length);
  expect([...watch.acknowledged].filter((id) => !told.includes(id))).toEqual([]);
  expect(watch.events.map(tokenOf)).toEqual(watch.events.map(tokenOf).sort());
  expect(told.filter((id) => present.includes(id))).toEqual(present);
}, 240_000);
