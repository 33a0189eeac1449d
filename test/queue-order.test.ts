import { expect, test } from "vitest";
import { type QueuedJob, queueOrder } from "../src/jobs/queue-order.js";

const waiting = (_id: string, line: string | null = null): QueuedJob => ({ _id, proj: _id[0]!, line, waits: true });
const underWay = (_id: string, line: string | null = null): QueuedJob => ({ ...waiting(_id, line), waits: false });
const caps = (all: number, project = Infinity) => ({ all, ofProject: () => project });
const inOrder = (jobs: readonly QueuedJob[], most = caps(1), lastStarts = new Map<string, number>()) =>
  queueOrder(jobs, most, lastStarts).map(({ _id, hindrance }) => `${_id} ${hindrance ?? "starts"}`);

test("the turns go round the projects, in each by time", () => {
  const jobs = [waiting("a1"), waiting("a2"), waiting("a3"), waiting("b4"), waiting("c5")];

  expect(inOrder(jobs, caps(2))).toEqual(["a1 starts", "b4 starts", "c5 CAP", "a2 CAP", "a3 CAP"]);
});

test("the project with the fewest under way comes first", () => {
  const jobs = [underWay("a1"), waiting("a2"), waiting("b3")];

  expect(inOrder(jobs, caps(2))).toEqual(["b3 starts", "a2 CAP"]);
});

test("of projects with as many under way, that comes first which started one longest ago", () => {
  const jobs = [waiting("a1"), waiting("b2"), waiting("c3")];
  const lastStarts = new Map([
    ["a", 20],
    ["b", 10],
  ]);

  expect(inOrder(jobs, caps(1), lastStarts)).toEqual(["c3 starts", "b2 CAP", "a1 CAP"]);
});

test("the cap of a project holds up its own jobs alone", () => {
  const jobs = [underWay("a1"), waiting("a2"), waiting("b3"), waiting("b4")];

  expect(inOrder(jobs, caps(9, 1))).toEqual(["b3 starts", "a2 PROJECT_CAP", "b4 PROJECT_CAP"]);
});

test("a build behind another one of its tag lets others pass", () => {
  const jobs = [underWay("a1", "t"), waiting("a2", "t"), waiting("a3", "u"), waiting("a4", "u")];

  expect(inOrder(jobs, caps(2))).toEqual(["a3 starts", "a2 EARLIER_BUILD", "a4 EARLIER_BUILD"]);
});
