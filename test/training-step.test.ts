import { expect, test } from "vitest";
import { type Job, newSlot, type Slot } from "../src/jobs/job.js";
import type { ObservedContainer } from "../src/runtime/runtime.js";
import { nextTrainingStep, type ObservedTraining } from "../src/training/next-training-step.js";

const NOW = new Date("2026-01-01T12:00:00Z");
const at = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);
const resources = { memory_mb: 512, cpus: 1, pids: 100, scratch_mb: 1000 };

const intended: Partial<Slot> = { attempt: 1, container: "c", token_hash: "h", intended_at: at(-5) };
const claimed: Partial<Slot> = { ...intended, claimed_at: at(-4), heartbeat_at: at(-1) };
const job = (slot: Partial<Slot>, fields: Partial<Job> = {}): Job => ({
  _id: "train",
  kind: "TRAIN",
  proj: "project",
  spec: { kind: "TRAIN", image: "sha256:1", notebook: "a.ipynb" },
  state: "RUNNING",
  desired: "RUN",
  epoch: 1,
  lease: { owner: null, until: NOW },
  attempt: 0,
  max_attempts: 3,
  slots: [{ ...newSlot(), ...slot }],
  deadlines: { run: at(3600) },
  next_reconcile_at: NOW,
  progress: 0,
  error: null,
  log_bytes: 0,
  log_seq: 0,
  cleanup: "PENDING",
  created_at: NOW,
  updated_at: NOW,
  ...fields,
});
const container = (state: ObservedContainer["state"], code = 0, outOfMemory = false): ObservedContainer => ({
  name: "c",
  job: "train",
  slot: 0,
  attempt: 1,
  id: "1",
  state,
  endpoint: null,
  startedAt: null,
  exit: state === "EXITED" ? { code, outOfMemory } : null,
});
const step = (of: Job, seen: Partial<ObservedTraining> = {}) =>
  nextTrainingStep(of, {
    now: NOW,
    container: null,
    lastOutput: "",
    overLimit: null,
    listeningForMs: 3_600_000,
    resources,
    timeoutSeconds: 60,
    ...seen,
  });

test("a training begins with the intent of its first attempt", () => {
  expect(step(job({}))).toEqual({ do: "INTEND", reason: null });
});

test("an intended attempt without a container is run, the same attempt again", () => {
  expect(step(job(intended))).toEqual({ do: "RUN" });
});

test("a container that has not claimed is waited for", () => {
  expect(step(job(intended), { container: container("RUNNING") })).toEqual({ do: "WAIT" });
});

test("an attempt that does not claim in time is lost", () => {
  expect(step(job(intended), { container: container("RUNNING"), now: at(116) })).toMatchObject({ do: "INTEND" });
});

test("a container that is missing though claimed is attempted anew, three times in all", () => {
  const silent = { ...claimed, claimed_at: at(-90), heartbeat_at: at(-31) };
  expect(step(job(silent))).toMatchObject({ do: "INTEND", reason: "the container is gone" });
  expect(step(job({ ...silent, attempt: 3 }))).toMatchObject({ do: "END", state: "FAILED" });
});

test("a container that is heard is waited for, though the engine does not show it", () => {
  expect(step(job(claimed))).toEqual({ do: "WAIT" });
  expect(step(job({ ...claimed, claimed_at: at(-29), heartbeat_at: null }))).toEqual({ do: "WAIT" });
});

test("what the entrypoint reported counts before the exit code", () => {
  const completed = { at: NOW, ok: false, error: "NameError: x (cell 2)" };
  const seen = { container: container("EXITED", 1) };
  expect(step(job({ ...claimed, completed }), seen)).toEqual({
    do: "END",
    state: "FAILED",
    error: "NameError: x (cell 2)",
  });
});

test("a result that is stored wins over a request to cancel", () => {
  const completed = { at: NOW, ok: true, error: null };
  expect(step(job({ ...claimed, completed }, { desired: "CANCEL" }))).toMatchObject({ do: "END", state: "SUCCEEDED" });
});

test("a request to cancel is carried out first", () => {
  expect(step(job(claimed, { desired: "CANCEL" }), { container: container("RUNNING") })).toEqual({ do: "CANCEL" });
});

test("without a report the exit code decides", () => {
  expect(step(job(claimed), { container: container("EXITED", 0) })).toMatchObject({ state: "SUCCEEDED" });
  expect(step(job(claimed), { container: container("EXITED", 3), lastOutput: "Traceback\nboom\n" })).toEqual({
    do: "END",
    state: "FAILED",
    error: "the container ended with exit code 3: boom",
  });
});

test("a container that was killed for its memory says so", () => {
  const { error } = step(job(claimed), { container: container("EXITED", 137, true) }) as { error: string };
  expect(error).toContain("out of memory");
});

test("an attempt that was not granted is lost, not failed", () => {
  expect(step(job(intended), { container: container("EXITED", 75) })).toMatchObject({ do: "INTEND" });
  const over = job(intended, { deadlines: { run: at(-3600) } });
  expect(step(over, { container: container("EXITED", 75) })).toMatchObject({ do: "INTEND" });
});

test("a container that did not reach Rocas says so, and blames no Python", () => {
  const last = job(intended, { slots: [{ ...job(intended).slots[0]!, attempt: 3 }] });
  const lastOutput = "Rocas was not reached at 172.20.0.1:21000: timed out\n";

  const { error } = step(last, { container: container("EXITED", 75), lastOutput }) as { error: string };

  expect(error).toContain("the attempt was not granted: Rocas was not reached at 172.20.0.1:21000: timed out");
  expect(error).not.toContain("Python");
});

test("a container that is not heard for five minutes is lost, unless nobody was there to hear it", () => {
  const silent = job({ ...claimed, heartbeat_at: at(-301) });
  expect(step(silent, { container: container("RUNNING") })).toMatchObject({ do: "INTEND" });
  expect(step(silent, { container: container("RUNNING"), listeningForMs: 20_000 })).toEqual({ do: "WAIT" });
});

test("too much disk ends a training, and too much time does after its last words", () => {
  const running = { container: container("RUNNING") };
  expect(step(job(claimed), { ...running, overLimit: "it used 2000 MiB" })).toMatchObject({ state: "FAILED" });
  const heard = job({ ...claimed, heartbeat_at: at(3600) });
  expect(step(heard, { ...running, now: at(3629) })).toEqual({ do: "WAIT" });
  expect(step(heard, { ...running, now: at(3631) })).toMatchObject({ state: "FAILED" });
});
