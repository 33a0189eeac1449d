import { expect, test } from "vitest";
import type { DesiredRevision } from "../src/deployment/desired-state.js";
import { type ObservedRevision, stepsToward } from "../src/deployment/replica-steps.js";
import { newSlot, type Slot } from "../src/jobs/job.js";
import type { ObservedContainer } from "../src/runtime/runtime.js";

const NOW = new Date("2026-01-01T12:00:00Z");
const ago = (seconds: number) => new Date(NOW.getTime() - seconds * 1000);
const inFuture = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);

const idle: Slot = { ...newSlot(), wanted: false };
const fresh: Slot = newSlot();
const intended = (attempt = 1, slot = 0): Slot => ({
  ...newSlot(),
  attempt,
  container: `c${slot}-a${attempt}`,
  token_hash: "hash",
  intended_at: ago(5),
});
const claimed = (attempt = 1, slot = 0): Slot => ({
  ...intended(attempt, slot),
  claimed_at: ago(4),
  heartbeat_at: ago(1),
});
const serving = (attempt = 1, slot = 0): Slot => ({ ...claimed(attempt, slot), ready_at: ago(2) });

const container = (
  name: string,
  slot = 0,
  state: ObservedContainer["state"] = "RUNNING",
  code = 1,
): ObservedContainer => ({
  name,
  job: "revision",
  slot,
  attempt: 1,
  id: name,
  state,
  endpoint: state === "RUNNING" ? "http://10.0.0.1:8080" : null,
  startedAt: ago(5),
  exit: state === "EXITED" ? { code, outOfMemory: false } : null,
});

const steps = (
  slots: Slot[],
  containers: ObservedContainer[] = [],
  wanted: Partial<DesiredRevision> = {},
  seen: Partial<ObservedRevision> = {},
) =>
  stepsToward(
    { replicas: 1, stays: true, drains: true, ...wanted },
    { slots, containers, overLimit: new Map(), listeningForMs: 3_600_000, ...seen },
    NOW,
  );

test("as many free slots are added as replicas are missing", () => {
  expect(steps([idle, idle, idle], [], { replicas: 2 })).toEqual([
    { do: "ADD", slot: 0 },
    { do: "ADD", slot: 1 },
  ]);
});

test("a wanted slot that has not begun is intended before anything runs", () => {
  expect(steps([fresh])).toEqual([{ do: "INTEND", slot: 0, leftovers: [] }]);
});

test("an intended attempt without a container is run", () => {
  expect(steps([intended()])).toEqual([{ do: "RUN", slot: 0 }]);
});

test("a container that was made and not started is run", () => {
  expect(steps([intended()], [container("c0-a1", 0, "CREATED")])).toEqual([{ do: "RUN", slot: 0 }]);
});

test("a container whose program has gone after its claim is run again, which its claim refuses", () => {
  expect(steps([claimed()], [container("c0-a1", 0, "CREATED")])).toEqual([{ do: "RUN", slot: 0 }]);
});

test("nothing is done to a replica that serves", () => {
  expect(steps([serving()], [container("c0-a1")])).toEqual([]);
});

test("a replica that ended is lost, and the next attempt waits a second", () => {
  expect(steps([serving()], [container("c0-a1", 0, "EXITED")])).toEqual([
    { do: "BACK_OFF", slot: 0, cause: container("c0-a1", 0, "EXITED"), failures: 1, until: inFuture(1) },
  ]);
});

test("a replica whose container is gone is lost", () => {
  expect(steps([serving()])).toMatchObject([{ do: "BACK_OFF", cause: "the container is gone" }]);
});

test("the back-off doubles with every attempt lost in a row, to a minute", () => {
  const pauses = [0, 1, 2, 5, 6, 40].map((failures) => steps([{ ...serving(), failures }])[0]);
  expect(pauses.map((step) => step?.do === "BACK_OFF" && (step.until.getTime() - NOW.getTime()) / 1000)).toEqual([
    1, 2, 4, 32, 60, 60,
  ]);
});

test("a replica that served for long begins its back-off anew", () => {
  expect(steps([{ ...serving(), ready_at: ago(3600), failures: 6 }])).toMatchObject([
    { failures: 1, until: inFuture(1) },
  ]);
});

test("a lost slot waits for its time, then begins its next attempt after its leftovers", () => {
  const lost: Slot = { ...intended(), token_hash: null, last_error: "x", not_before: inFuture(1) };
  expect(steps([lost])).toEqual([]);
  expect(steps([{ ...lost, not_before: ago(1) }], [container("c0-a1", 0, "EXITED")])).toEqual([
    { do: "INTEND", slot: 0, leftovers: ["c0-a1"] },
  ]);
});

test("a container that does not claim within two minutes is lost", () => {
  expect(steps([{ ...intended(), intended_at: ago(119) }], [container("c0-a1")])).toEqual([]);
  expect(steps([{ ...intended(), intended_at: ago(121) }], [container("c0-a1")])).toMatchObject([{ do: "BACK_OFF" }]);
});

test("a replica that is not heard for five minutes is lost, unless nobody was there to hear it", () => {
  const silent = { ...serving(), heartbeat_at: ago(301) };
  expect(steps([silent], [container("c0-a1")])).toMatchObject([{ do: "BACK_OFF" }]);
  expect(steps([silent], [container("c0-a1")], {}, { listeningForMs: 10_000 })).toEqual([]);
});

test("a replica that uses too much disk is lost with the reason", () => {
  const offences = new Map([["c0-a1", "it used 5000 MiB of disk"]]);
  expect(steps([serving()], [container("c0-a1")], {}, { overLimit: offences })).toMatchObject([
    { do: "BACK_OFF", cause: "it used 5000 MiB of disk" },
  ]);
});

test("a prediction notebook that ends is lost with its error", () => {
  const completed = { at: ago(1), ok: false, error: "NameError: x (cell 1)" };
  expect(steps([{ ...claimed(), completed }], [container("c0-a1")])).toMatchObject([
    { do: "BACK_OFF", cause: "NameError: x (cell 1)" },
  ]);
});

test("scaling down retires the highest slots and touches no other", () => {
  const slots = [serving(1, 0), serving(1, 1), serving(1, 2)];
  const containers = [container("c0-a1", 0), container("c1-a1", 1), container("c2-a1", 2)];
  expect(steps(slots, containers, { replicas: 1 })).toEqual([
    { do: "RETIRE", slot: 1, until: inFuture(3) },
    { do: "RETIRE", slot: 2, until: inFuture(3) },
  ]);
});

test("scaling up touches no running replica", () => {
  expect(steps([serving(1, 0), idle], [container("c0-a1", 0)], { replicas: 2 })).toEqual([{ do: "ADD", slot: 1 }]);
});

test("a retired replica serves until routers have left it out, then it is stopped", () => {
  const retired = { ...serving(), wanted: false, not_before: inFuture(1) };
  expect(steps([retired], [container("c0-a1")], { replicas: 0 })).toEqual([]);
  expect(steps([{ ...retired, not_before: ago(1) }], [container("c0-a1")], { replicas: 0 })).toEqual([
    { do: "CLEAR", slot: 0, leftovers: ["c0-a1"] },
  ]);
});

test("a replica that never served is retired at once", () => {
  expect(steps([claimed()], [container("c0-a1")], { replicas: 0 })).toEqual([{ do: "RETIRE", slot: 0, until: NOW }]);
});

test("a revision that is not wanted ends only when nothing of it is left", () => {
  expect(steps([idle], [container("stray")], { replicas: 0, stays: false })).toEqual([
    { do: "CLEAR", slot: 0, leftovers: ["stray"] },
  ]);
  expect(steps([idle], [], { replicas: 0, stays: false })).toEqual([{ do: "END" }]);
});

test("a wanted revision without replicas stays", () => {
  expect(steps([idle], [], { replicas: 0, stays: true })).toEqual([]);
});
