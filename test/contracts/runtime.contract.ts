import { ulid } from "ulid";
import { describe, expect, test } from "vitest";
import { containerName } from "../../src/runtime/container-policy.js";
import {
  ContainerRefusedError,
  type ContainerSpec,
  type ObservedContainer,
  type Runtime,
} from "../../src/runtime/runtime.js";

export interface OpenRuntime extends AsyncDisposable {
  readonly runtime: Runtime;
  readonly images: {
    /** Runs until it is stopped. */
    readonly waiting: string;
    /** Says "ready to fail" and exits with 3. */
    readonly failing: string;
    /** Does not have the program. */
    readonly broken: string;
    /** Does not exist. */
    readonly missing: string;
    /** Says "begun", listens to no SIGTERM, and starts two `sleep 4711.5` that leave its group and session. */
    readonly deaf: string;
    /** Starts one `sleep 4711.5` that leaves its group and session, and exits with 4. */
    readonly leaving: string;
    /** Takes 200 MB of memory, and keeps it. */
    readonly greedy: string;
  };
  /** How many `sleep 4711.5` there are. */
  sleeping(): Promise<number>;
  /** Makes a container of somebody else. */
  occupy(name: string): Promise<void>;
  isOccupied(name: string): Promise<boolean>;
  /** Removes a container behind the runtime's back. */
  remove(name: string): Promise<void>;
}

export const DEAF =
  "trap '' TERM; setsid sleep 4711.5 & (setsid sleep 4711.5 &); echo begun; while :; do sleep 1; done";
export const LEAVING = "setsid sleep 4711.5 & exit 4";

export const newJob = () => `training_${ulid().toLowerCase()}`;

export function containerOf(image: string, given: Partial<Omit<ContainerSpec, "image" | "name">> = {}): ContainerSpec {
  const spec = { kind: "train" as const, job: newJob(), slot: 0, attempt: 1, ...given };
  return {
    command: ["/program"],
    env: { ROCAS_RUN_URL: "http://127.0.0.1:1" },
    secretFiles: { token: "hush" },
    resources: { memoryMb: 64, cpus: 0.5, pids: 32, scratchMb: 16 },
    ...spec,
    name: containerName(spec),
    image,
  };
}

async function seen(runtime: Runtime, job: string, state: ObservedContainer["state"]): Promise<ObservedContainer> {
  const until = performance.now() + 20_000;
  for (;;) {
    const [replica] = await runtime.observe(job);
    if (replica?.state === state) return replica;
    if (performance.now() > until) throw new Error(`Not ${state} but ${JSON.stringify(replica)}.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** What every adapter of Runtime owes. */
export function runtimeContract(name: string, open: () => Promise<OpenRuntime>): void {
  describe(name, () => {
    test("the engine and the containers' way to the run listener have names", async () => {
      await using opened = await open();

      expect(await opened.runtime.engine()).toMatch(/\w+ \d/);
      expect(await opened.runtime.runApiHost()).toMatch(/^[\d.]+$/);
    });

    test("whoever watches is told of a container that starts, and of one that ends by itself", async () => {
      await using opened = await open();
      const told: (string | null)[] = [];
      using _watching = opened.runtime.watch((job) => told.push(job));
      await expect.poll(() => told, { timeout: 20_000 }).toContain(null);
      const waiting = containerOf(opened.images.waiting);
      const failing = containerOf(opened.images.failing);

      await opened.runtime.run(waiting);
      await expect.poll(() => told, { timeout: 20_000 }).toContain(waiting.job);
      await opened.runtime.run(failing);
      await seen(opened.runtime, failing.job, "EXITED");
      await expect.poll(() => told, { timeout: 20_000 }).toContain(failing.job);
    });

    test("whoever watches is told of a container that somebody else removes", async () => {
      await using opened = await open();
      const container = containerOf(opened.images.waiting);
      await opened.runtime.run(container);
      await seen(opened.runtime, container.job, "RUNNING");
      const told: (string | null)[] = [];
      using _watching = opened.runtime.watch((job) => told.push(job));
      await expect.poll(() => told, { timeout: 20_000 }).toContain(null);
      told.splice(0);

      await opened.remove(container.name);

      await expect.poll(() => told, { timeout: 20_000 }).toContain(container.job);
    });

    test("a container that was run is seen running, as what it was run for", async () => {
      await using opened = await open();
      const container = containerOf(opened.images.waiting, { attempt: 4 });

      await opened.runtime.run(container);

      const replica = await seen(opened.runtime, container.job, "RUNNING");
      expect(replica).toMatchObject({ name: container.name, job: container.job, slot: 0, attempt: 4, exit: null });
      expect(Math.abs(Date.now() - replica.startedAt!.getTime())).toBeLessThan(60_000);
    });

    test("running it again changes nothing", async () => {
      await using opened = await open();
      const container = containerOf(opened.images.waiting);
      await opened.runtime.run(container);
      const first = await seen(opened.runtime, container.job, "RUNNING");

      await opened.runtime.run(container);

      expect(await opened.runtime.observe(container.job)).toEqual([first]);
    });

    test("of eight processes that run it at once all succeed and one container is made", async () => {
      await using opened = await open();
      const container = containerOf(opened.images.waiting);

      await Promise.all(Array.from({ length: 8 }, () => opened.runtime.run(container)));

      expect(await opened.runtime.observe(container.job)).toHaveLength(1);
    });

    test("a container that ended is seen with its exit code, and its last words are kept", async () => {
      await using opened = await open();
      const container = containerOf(opened.images.failing);

      await opened.runtime.run(container);

      const { exit, endpoint } = await seen(opened.runtime, container.job, "EXITED");
      expect({ exit, endpoint }).toEqual({ exit: { code: 3, outOfMemory: false }, endpoint: null });
      expect(await opened.runtime.lastOutput(container.name)).toContain("ready to fail");
    });

    test("a container that ended is not started again", async () => {
      await using opened = await open();
      const container = containerOf(opened.images.failing);
      await opened.runtime.run(container);
      const ended = await seen(opened.runtime, container.job, "EXITED");

      await opened.runtime.run(container);

      expect(await opened.runtime.observe(container.job)).toEqual([ended]);
    });

    test("replicas of a deployment have an endpoint each, a training has none", async () => {
      await using opened = await open();
      const job = newJob();
      const [first, second] = [0, 1].map((slot) => containerOf(opened.images.waiting, { kind: "deploy", job, slot }));
      const training = containerOf(opened.images.waiting);

      for (const each of [first!, second!, training]) await opened.runtime.run(each);

      const endpoints = (await opened.runtime.observe(job)).map((each) => each.endpoint);
      expect(new Set(endpoints).size).toBe(2);
      expect(endpoints.every((each) => each !== null && URL.canParse(each))).toBe(true);
      expect(await opened.runtime.observe(training.job)).toMatchObject([{ endpoint: null }]);
      expect(await opened.runtime.observe()).toHaveLength(3);
    });

    test("what is stopped is gone, and stopping it again is no error", async () => {
      await using opened = await open();
      const container = containerOf(opened.images.waiting);
      const other = containerOf(opened.images.waiting);
      await opened.runtime.run(container);
      await opened.runtime.run(other);

      await opened.runtime.stop(container.name);
      await opened.runtime.stop(container.name);

      expect(await opened.runtime.observe(container.job)).toEqual([]);
      expect(await opened.runtime.observe(other.job)).toHaveLength(1);
      expect(await opened.runtime.lastOutput(container.name)).toBe("");
      expect(await opened.runtime.scratchMb(container.name, 0)).toBe(0);
    });

    test("what is told to stop and does not listen is killed, with all that it has started", async () => {
      await using opened = await open();
      const container = containerOf(opened.images.deaf);
      await opened.runtime.run(container);
      await expect.poll(() => opened.runtime.lastOutput(container.name)).toContain("begun");
      await expect.poll(() => opened.sleeping()).toBe(2);

      await opened.runtime.stop(container.name);

      expect(await opened.sleeping()).toBe(0);
      expect(await opened.runtime.observe(container.job)).toEqual([]);
    });

    test("what a container has started ends with it", async () => {
      await using opened = await open();
      const container = containerOf(opened.images.leaving);

      await opened.runtime.run(container);

      const { exit } = await seen(opened.runtime, container.job, "EXITED");
      expect(exit).toEqual({ code: 4, outOfMemory: false });
      expect(await opened.sleeping()).toBe(0);
    });

    test("a container that takes more memory than it may is killed, and seen as such", async () => {
      await using opened = await open();
      const container = containerOf(opened.images.greedy);

      await opened.runtime.run(container);

      expect((await seen(opened.runtime, container.job, "EXITED")).exit).toEqual({ code: 137, outOfMemory: true });
    });

    test("a name that somebody else holds is a conflict, and his container stays", async () => {
      await using opened = await open();
      const container = containerOf(opened.images.waiting);
      await opened.occupy(container.name);

      await expect(opened.runtime.run(container)).rejects.toMatchObject({ code: "CONFLICT" });
      await expect(opened.runtime.stop(container.name)).rejects.toMatchObject({ code: "CONFLICT" });

      expect(await opened.isOccupied(container.name)).toBe(true);
      expect(await opened.runtime.observe(container.job)).toEqual([]);
    });

    test("an image that does not exist is refused, and nothing runs", async () => {
      await using opened = await open();
      const container = containerOf(opened.images.missing);

      await expect(opened.runtime.run(container)).rejects.toThrow(ContainerRefusedError);

      expect(await opened.runtime.observe(container.job)).toEqual([]);
    });

    test("an image without the program that it names is refused, and stopping clears it away", async () => {
      await using opened = await open();
      const container = containerOf(opened.images.broken);

      await expect(opened.runtime.run(container)).rejects.toThrow(ContainerRefusedError);
      await opened.runtime.stop(container.name);

      expect(await opened.runtime.observe(container.job)).toEqual([]);
    });

    for (const hostile of ["", "../version?x=", "../127.0.0.1/x?q=", "a/json?force=1", "rocas-train-x-a1\n", "other"])
      test(`${JSON.stringify(hostile)} is the name of no container`, async () => {
        await using opened = await open();
        const container = { ...containerOf(opened.images.waiting), name: hostile };

        await expect(opened.runtime.run(container)).rejects.toMatchObject({ code: "BAD_USER_INPUT" });
        await expect(opened.runtime.stop(hostile)).rejects.toMatchObject({ code: "BAD_USER_INPUT" });
        await expect(opened.runtime.lastOutput(hostile)).rejects.toMatchObject({ code: "BAD_USER_INPUT" });
        await expect(opened.runtime.scratchMb(hostile, 0)).rejects.toMatchObject({ code: "BAD_USER_INPUT" });
      });

    test("what is left of a container that somebody removed is found, and goes with its name", async () => {
      await using opened = await open();
      const container = containerOf(opened.images.waiting, { slot: 0, attempt: 2 });
      await opened.runtime.run(container);
      const { name, job, slot, attempt } = container;
      await opened.remove(name);
      expect(await opened.runtime.observe(job)).toEqual([]);
      expect(await opened.runtime.attemptsWithVolumes()).toEqual([{ name, job, slot, attempt }]);

      await opened.runtime.stop(name);

      expect(await opened.runtime.attemptsWithVolumes()).toEqual([]);
    });

    test("leaving takes nothing from a container, and may be repeated", async () => {
      await using opened = await open();
      const container = containerOf(opened.images.waiting);
      await opened.runtime.run(container);
      await opened.runtime.removeNetwork();
      expect((await seen(opened.runtime, container.job, "RUNNING")).name).toBe(container.name);

      await opened.runtime.stop(container.name);
      await opened.runtime.removeNetwork();
      await opened.runtime.removeNetwork();
    });
  });
}
