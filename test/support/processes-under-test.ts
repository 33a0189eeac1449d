import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, vi } from "vitest";
import type { RuntimeUnderTest } from "../runtimes/runtime-under-test.js";
import { linesOfPs, pidsOf } from "./pids-with.js";
import { smallPackage } from "./python-projects.js";

interface State {
  readonly pid: number;
  readonly start: string;
}

/** Local processes, looked at by the files of their runs and by what the system says of each. */
export const processesUnderTest: RuntimeUnderTest = {
  settings: (folder) => ({ ROCAS_RUNTIME: "process", DOCKER_HOST: `unix://${folder}/none.sock` }),
  prepare: () => {},
  slowBuild: ({ seconds, mark }) => {
    const { "slow/backend.py": backend, ...others } = smallPackage("slow", mark);
    return {
      ...others,
      Dockerfile: "FROM rocas/onboard\nCOPY . .\nRUN pip install --no-index ./slow\n",
      "slow/backend.py": `${backend}${slowly(seconds, mark)}`,
    };
  },
  hasImage: (data, dockerId) => namesIn(join(data, "process/images")).includes(dockerId.replace("sha256:", "")),
  runsOf: (data, job) =>
    namesIn(join(data, "process/runs"))
      .filter((run) => read<{ job: string }>(data, run, "spec.json")?.job === job)
      .sort(),
  startOf: (data, run) => {
    const state = read<State>(data, run, "state.json");
    return `${state?.pid} ${state?.start}`;
  },
  kills: {
    "SIGKILL to its process group": (data, run) => killed(run, -firstOf(data, run)),
    "SIGKILL to its supervisor alone": (data, run) => killed(run, supervisorOf(data, run)),
    "SIGKILL to its first process alone": (data, run) => killed(run, firstOf(data, run)),
  },
  stopRun: async (data, run) => {
    process.kill(supervisorOf(data, run), "SIGTERM");
    const hasEnded = () => expect(read<{ exit?: object }>(data, run, "state.json")?.exit).toBeDefined();
    await vi.waitFor(hasEnded, { timeout: 15_000 });
  },
  sleeping: (mark) => linesOfPs("args=").filter((line) => line === `sleep ${mark}`).length,
  left: async (data) => [
    ...pidsOf(data).map((pid) => `process ${pid}`),
    ...["runs", "volumes", "building"].flatMap((folder) =>
      namesIn(join(data, "process", folder)).map((name) => `${folder}/${name}`),
    ),
  ],
  clear: async (data) => {
    for (const pid of pidsOf(data)) process.kill(pid, "SIGKILL");
  },
};

/**
 * A build of the package that takes its time, among children in groups, sessions and environments of their own. None keeps
 * its output open: pip would wait for that.
 */
const slowly = (seconds: number, mark: string): string => `
import subprocess, time

at_once = build_wheel

def build_wheel(folder, *_):
    for words in [[], ["setsid"], ["env", "-i", "setsid"]]:
        subprocess.Popen([*words, "sleep", "${mark}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(${seconds})
    return at_once(folder)
`;

const supervisorOf = (data: string, run: string): number => read<State>(data, run, "state.json")!.pid;

/** The process that the supervisor started: the head of a group of its own. */
function firstOf(data: string, run: string): number {
  const supervisor = supervisorOf(data, run);
  const all = linesOfPs("pid=,ppid=,pgid=").map((line) => line.split(/\s+/).map(Number));
  return all.find(([pid, parent, group]) => parent === supervisor && pid === group)![0]!;
}

/** Until all of the run is dead, it takes requests that it never answers. */
async function killed(run: string, pid: number): Promise<void> {
  process.kill(pid, "SIGKILL");
  await vi.waitFor(() => expect(pidsOf(run)).toEqual([]), { timeout: 60_000 });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Null where it is not there, or not any more. */
function read<Content>(data: string, run: string, file: string): Content | null {
  try {
    return JSON.parse(readFileSync(join(data, "process/runs", run, file), "utf8")) as Content;
  } catch {
    return null;
  }
}
