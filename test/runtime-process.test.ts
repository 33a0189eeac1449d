import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { chmod, cp, mkdir, readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { containerOf } from "./contracts/runtime.contract.js";
import { openProcesses, PYTHON } from "./support/open-processes.js";
import { pidsWith } from "./support/pids-with.js";

type Processes = Awaited<ReturnType<typeof openProcesses>>;

const WAITING = "sleep 600 & wait";
const eventually = <T>(ask: () => Promise<T>): Promise<T> => vi.waitFor(ask, { timeout: 20_000 });
const onLinux = process.platform === "linux";

/** Every process that was started for the run, the supervisor included. */
const processesOf = async ({ root }: Processes, name: string): Promise<number[]> => {
  const { id } = JSON.parse(await readFile(join(root, "volumes", name, "spec.json"), "utf8")) as { id: string };
  return pidsWith(`ROCAS_RUN_ID=${id}`);
};

const isGone = (pid: number): boolean => {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.startsWith("Z");
  } catch {
    return true;
  }
};

const stateOf = async ({ root }: Processes, name: string) =>
  JSON.parse(await readFile(join(root, "runs", name, "state.json"), "utf8")) as { pid: number };

const output = (processes: Processes, name: string, text: string) =>
  eventually(async () => expect(await processes.runtime.lastOutput(name)).toContain(text));

const exitOf = async (processes: Processes, job: string) =>
  eventually(async () => {
    const [replica] = await processes.runtime.observe(job);
    expect(replica?.exit).not.toBeNull();
    return replica!.exit!;
  });

/** As a notebook: python with the text, which a shell hands over. */
const python = (text: string) => `exec ${PYTHON} -c '${text}'`;

describe.runIf(onLinux)("a run of local processes", () => {
  test("leaves no process when it is stopped, whatever session its children made", async () => {
    await using processes = await openProcesses();
    const script = `setsid sleep 601 & (setsid sh -c "sleep 602 & sleep 603" &) ; echo begun; ${WAITING}`;
    const container = containerOf(await processes.image(script));
    await processes.runtime.run(container);
    await output(processes, container.name, "begun");
    await eventually(async () => expect((await processesOf(processes, container.name)).length).toBeGreaterThan(5));
    const pids = await processesOf(processes, container.name);

    await processes.runtime.stop(container.name);

    expect(pids.filter((pid) => !isGone(pid))).toEqual([]);
  });

  test("ends as a killed one if its supervisor is killed by hand, and nothing of it goes on", async () => {
    await using processes = await openProcesses();
    const container = containerOf(await processes.image(`setsid sleep 600 & ${WAITING}`));
    await processes.runtime.run(container);
    await eventually(async () => expect((await processesOf(processes, container.name)).length).toBeGreaterThan(3));
    const pids = await processesOf(processes, container.name);

    process.kill((await stateOf(processes, container.name)).pid, "SIGKILL");

    expect(await exitOf(processes, container.job)).toEqual({ code: 137, outOfMemory: false });
    expect(pids.filter((pid) => !isGone(pid))).toEqual([]);
  });

  test("goes on if only a child of it takes too much memory: that one is killed", async () => {
    await using processes = await openProcesses();
    const greedy = `${PYTHON} -c 'import time; kept = bytearray(200_000_000); time.sleep(600)'`;
    const container = containerOf(await processes.image(`${greedy}; echo ended with $?; exit 0`));

    await processes.runtime.run(container);

    expect((await exitOf(processes, container.job)).code).toBe(0);
    expect(await processes.runtime.lastOutput(container.name)).toContain("ended with 137");
  });

  test("may reserve more address space than it may use of memory, as CUDA does", async () => {
    await using processes = await openProcesses();
    const text = "import mmap; mmap.mmap(-1, 1 << 36, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000); print(1)";
    const container = containerOf(await processes.image(python(text)));

    await processes.runtime.run(container);

    expect(await exitOf(processes, container.job)).toEqual({ code: 0, outOfMemory: false });
  });

  test("has no more processes than was agreed: it ends, or cannot start another", async () => {
    await using processes = await openProcesses();
    const container = containerOf(await processes.image("for i in $(seq 40); do sleep 600 & done; wait"));

    await processes.runtime.run(container);

    expect((await exitOf(processes, container.job)).code).toBeGreaterThan(0);
    expect(await processes.runtime.lastOutput(container.name)).toMatch(/more than 32 processes|Cannot fork/);
  });

  test("has none of the server's settings in its environment, and its own places", async () => {
    process.env["ROCAS_TOKEN"] = "hush-hush";
    await using processes = await openProcesses();
    const container = containerOf(await processes.image("env; cat $ROCAS_ROOT/rocas/secrets/token; pwd"));

    await processes.runtime.run(container);

    await exitOf(processes, container.job);
    const said = await processes.runtime.lastOutput(container.name);
    expect(said).not.toContain("hush-hush");
    expect(said).toContain(`TMPDIR=${join(processes.root, "volumes", container.name)}/scratch/tmp`);
    expect(said).toMatch(/^hush/m);
    delete process.env["ROCAS_TOKEN"];
  });

  test("keeps the end of what it wrote, however much that was", async () => {
    await using processes = await openProcesses();
    const container = containerOf(await processes.image("yes | head -c 9000000; echo the end"));

    await processes.runtime.run(container);

    await exitOf(processes, container.job);
    const said = await processes.runtime.lastOutput(container.name);
    expect(said.endsWith("y\nthe end\n")).toBe(true);
    expect(said).toHaveLength(64 * 1024);
  });

  test("goes on after kill -9 of the process that started it, and another one sees it and its end", async () => {
    await using processes = await openProcesses();
    const container = containerOf(await processes.image("echo begun; sleep 2; exit 5"));
    const told = JSON.stringify({ root: processes.root, container, image: processes.imageOf(container.image) });
    const starter = join(import.meta.dirname, "support/run-and-wait.mjs");
    const server = spawn(process.execPath, [starter, told], { stdio: ["ignore", "pipe", "inherit"] });
    await once(server.stdout, "data");

    server.kill("SIGKILL");

    expect(await processes.again().observe(container.job)).toMatchObject([{ state: "RUNNING", exit: null }]);
    expect(await exitOf(processes, container.job)).toEqual({ code: 5, outOfMemory: false });
  });

  test("goes on while a copy of its folder, as of a backup, is looked after elsewhere", async () => {
    await using processes = await openProcesses();
    const container = containerOf(await processes.image(WAITING));
    await processes.runtime.run(container);
    await using copy = await openProcesses();
    // What is half written has another name until it is whole, and may have gone before it is copied. Node's cp refuses
    // the FIFOs that show which supervisors live.
    await cp(processes.root, copy.root, { recursive: true, filter: (path) => !/\.part$|\/alive$/.test(path) });

    expect(await copy.runtime.observe()).toMatchObject([{ state: "EXITED" }]);
    await copy.runtime.stop(container.name);

    expect(await processes.runtime.observe()).toMatchObject([{ state: "RUNNING" }]);
  });

  test("what a crash has left half removed or half made goes with the next look for volumes", async () => {
    await using processes = await openProcesses();
    const at = (name: string) => join(processes.root, name);
    for (const name of ["volumes/.gone-a", "runs/.gone-a", "runs/.making-a", "runs/.making-b"])
      await mkdir(join(at(name), "scratch"), { recursive: true });
    await writeFile(at("volumes/.gone-a/scratch/large"), "x");
    await chmod(at("volumes/.gone-a/scratch"), 0o500);
    const anHourAgo = Date.now() / 1000 - 3600;
    await utimes(at("runs/.making-a"), anHourAgo, anHourAgo);

    expect(await processes.runtime.attemptsWithVolumes()).toEqual([]);

    // One that is being made at this moment stays.
    expect([await readdir(at("volumes")), await readdir(at("runs"))]).toEqual([[], [".making-b"]]);
  });
});
