import { expect, test } from "vitest";
import { openStore } from "../src/open-store.js";
import { openPresence } from "../src/store/presence.js";
import { openTestDatabase } from "./support/open-test-database.js";

const MINUTE_MS = 60_000;

/** A store with a clock that can be moved on. */
async function openClocked() {
  const database = await openTestDatabase();
  const clock = { ahead: 0 };
  const store = await openStore(database.connection, async () => new Date(Date.now() + clock.ahead));
  const acts: string[] = [];
  const act = (name: string) => async () => void acts.push(name);
  return { store, clock, acts, act, [Symbol.asyncDispose]: () => database[Symbol.asyncDispose]() };
}

test("the last process of several puts away what they share, and the others do not", async () => {
  await using opened = await openClocked();
  const { store, acts, act } = opened;
  const [one, two, three] = await Promise.all([openPresence(store), openPresence(store), openPresence(store)]);

  await one.leave(act("one"));
  await Promise.all([two.leave(act("two")), three.leave(act("three"))]);

  expect(acts).toHaveLength(1);
  expect(acts).not.toContain("one");
});

test("a process that starts while the last one is leaving waits for it", async () => {
  await using opened = await openClocked();
  const { store, acts, act } = opened;
  const last = await openPresence(store);
  let next: Promise<unknown> = Promise.resolve();

  await last.leave(async () => {
    next = openPresence(store).then(act("arrived"));
    await new Promise((resolve) => setTimeout(resolve, 500));
    acts.push("left");
  });
  await next;

  expect(acts).toEqual(["left", "arrived"]);
});

test("a process that died counts for a minute, one that is heard for as long as it is", async () => {
  await using opened = await openClocked();
  const { store, clock, acts, act } = opened;
  await openPresence(store, { heartbeatMs: 24 * 60 * MINUTE_MS });
  await (await openPresence(store)).leave(act("too early"));
  const heard = await openPresence(store, { heartbeatMs: 50 });
  clock.ahead = 2 * MINUTE_MS;
  await new Promise((resolve) => setTimeout(resolve, 500));

  await (await openPresence(store)).leave(act("beside it"));
  await heard.leave(act("alone"));

  expect(acts).toEqual(["alone"]);
});

test("a process that dies while it leaves holds the next one up for half a minute at most", async () => {
  await using opened = await openClocked();
  const { store, clock } = opened;
  const dying = await openPresence(store);
  void dying.leave(() => new Promise(() => {}));
  await new Promise((resolve) => setTimeout(resolve, 300));
  const next = openPresence(store).then(() => "there");
  const before = await Promise.race([next, new Promise((resolve) => setTimeout(resolve, 700, "waiting"))]);

  clock.ahead = MINUTE_MS / 2;

  expect([before, await next]).toEqual(["waiting", "there"]);
});
