import { expect, test } from "vitest";
import { TaskState, waitingTask } from "../src/graph/task.js";
import { type Job, newSlot } from "../src/jobs/job.js";
import { taskAfter } from "../src/jobs/write-task.js";

const then = new Date("2026-01-01T00:00:00Z");
const soon = new Date(then.getTime() + 500);
const later = new Date(then.getTime() + 2_000);
const job = (fields: Partial<Job>): Job => ({ slots: [], attempt: 1, progress: 0, error: null, ...fields }) as Job;
const running = { ...waitingTask(then), state: TaskState.RUNNING, start_time: then };

test("a task begins when its job runs", () => {
  const task = taskAfter(waitingTask(then), job({ state: "RUNNING" }), later);

  expect(task).toMatchObject({ state: "RUNNING", start_time: later, update_time: later });
});

test("a task that waited runs before it is finished", () => {
  expect(taskAfter(waitingTask(then), job({ state: "SUCCEEDED" }), later)).toMatchObject({ state: "RUNNING" });
});

test("a task that ended never changes", () => {
  const ended = { ...running, state: TaskState.CANCELLED };

  expect(taskAfter(ended, job({ state: "SUCCEEDED" }), later)).toBeNull();
});

test("a task that was never begun has no start when it is cancelled", () => {
  const task = taskAfter(waitingTask(then), job({ state: "CANCELLED", attempt: 0 }), later);

  expect(task).toMatchObject({ state: "CANCELLED", start_time: null, attempt: 1 });
});

test("progress is written at most once a second, an end at once", () => {
  expect(taskAfter(running, job({ state: "RUNNING", progress: 0.5 }), soon)).toBeNull();
  expect(taskAfter(running, job({ state: "RUNNING", progress: 0.5 }), later)).toMatchObject({ progress: 0.5 });
  expect(taskAfter(running, job({ state: "FAILED", error: "no" }), soon)).toMatchObject({ error: "no", progress: 0 });
});

test("the progress and attempt of a training are those of its container", () => {
  const slots = [{ ...newSlot(), attempt: 3, progress: 0.25 }];

  expect(taskAfter(running, job({ state: "RUNNING", slots }), later)).toMatchObject({ attempt: 3, progress: 0.25 });
});

test("a later attempt that is being started does not make a task wait again", () => {
  const slots = [{ ...newSlot(), attempt: 2 }];

  expect(taskAfter(running, job({ state: "STARTING", slots }), later)).toMatchObject({ state: "RUNNING", attempt: 2 });
});
