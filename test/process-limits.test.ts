import { existsSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { containerOf } from "./contracts/runtime.contract.js";
import { openProcesses, PYTHON } from "./support/open-processes.js";

type Processes = Awaited<ReturnType<typeof openProcesses>>;

const eventually = <T>(ask: () => Promise<T>): Promise<T> => vi.waitFor(ask, { timeout: 20_000 });

/** Prints how many processors it may use: those that it is bound to, or fewer that its control group gives it. */
const PROCESSORS = `
import os, pathlib
most = len(os.sched_getaffinity(0))
own = [line[3:].strip() for line in open("/proc/self/cgroup") if line.startswith("0::")]
bound = pathlib.Path("/sys/fs/cgroup" + own[0], "cpu.max") if own else pathlib.Path("none")
if bound.exists():
    quota, period = bound.read_text().split()
    most = most if quota == "max" else min(most, int(quota) / int(period))
print("may use", most, "of them", flush=True)
import time
time.sleep(600)
`;

const stateOf = async ({ root }: Processes, name: string) =>
  JSON.parse(await readFile(join(root, "runs", name, "state.json"), "utf8")) as { pid: number; group: string | null };

/** A run of the script that has written the text. */
async function begun(processes: Processes, script: string, text: string, cpus = 1) {
  const container = containerOf(await processes.image(script));
  const bounded = { ...container, resources: { ...container.resources, cpus } };
  await processes.runtime.run(bounded);
  await eventually(async () => expect(await processes.runtime.lastOutput(container.name)).toContain(text));
  return { name: container.name, ...(await stateOf(processes, container.name)) };
}

/** Those with a control group of their own alone: not each system lets its users make some. */
const groupsOf = (...runs: { group: string | null }[]) => runs.flatMap(({ group }) => group ?? []);

const membersOf = async ({ group }: { group: string | null }): Promise<number[]> =>
  group ? (await readFile(join(group, "cgroup.procs"), "utf8")).split("\n").filter(Boolean).map(Number) : [];

describe.runIf(process.platform === "linux")("what bounds a run of local processes", () => {
  test("a run has the processors that it asked for, and no more", async () => {
    await using processes = await openProcesses();

    const { name } = await begun(processes, `exec ${PYTHON} -c '${PROCESSORS}'`, "may use", 1);

    expect(await processes.runtime.lastOutput(name)).toMatch(/^may use 1(\.0)? of them$/m);
  });

  test("the disk that a run uses is that of all it writes in its folder, links left out", async () => {
    await using processes = await openProcesses();
    const write = (place: string, mib: number) => `head -c ${mib * 1024 * 1024} /dev/zero > ${place}`;
    const script = [
      write("$HOME/a", 3),
      write("$TMPDIR/b", 2),
      write("$ROCAS_ROOT/model/c", 4),
      "ln -s /usr $HOME/usr",
      "echo begun; sleep 600",
    ].join("; ");

    const { name } = await begun(processes, script, "begun");

    expect(await processes.runtime.scratchMb(name)).toBeGreaterThanOrEqual(9);
    expect(await processes.runtime.scratchMb(name)).toBeLessThanOrEqual(10);
  });

  test("a control group goes with its run, and takes none of another one along", async () => {
    await using processes = await openProcesses();
    const first = await begun(processes, "echo begun; sleep 600", "begun");
    const second = await begun(processes, "echo begun; sleep 601", "begun");

    await processes.runtime.stop(first.name);
    expect(groupsOf(first, second).filter(existsSync)).toEqual(groupsOf(second));
    await processes.runtime.stop(second.name);

    expect(groupsOf(second).filter(existsSync)).toEqual([]);
  });

  test("an empty control group that nobody looks after goes with the start of another run", async () => {
    await using processes = await openProcesses();
    const lost = await begun(processes, "echo begun; sleep 600", "begun");
    const pids = [lost.pid, ...(await membersOf(lost))];
    await rm(join(processes.root, "runs", lost.name), { recursive: true });
    for (const pid of pids) process.kill(pid, "SIGKILL");
    await eventually(async () => expect(await membersOf(lost)).toEqual([]));

    const other = await begun(processes, "echo begun; sleep 601", "begun");

    expect(groupsOf(lost, other).filter(existsSync)).toEqual(groupsOf(other));
  });

  test("a control group whose supervisor was killed is ended and removed by who looks at the run", async () => {
    await using processes = await openProcesses();
    const run = await begun(processes, "(env -i setsid sleep 600 &) ; echo begun; sleep 601", "begun");
    const groups = groupsOf(run);

    process.kill(run.pid, "SIGKILL");

    await eventually(async () =>
      expect(await processes.runtime.observe()).toMatchObject([{ state: "EXITED", exit: { code: 137 } }]),
    );
    expect(groups.filter(existsSync)).toEqual([]);
  });
});
