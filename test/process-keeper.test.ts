import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { PYTHON } from "./support/open-processes.js";
import { linesOfPs } from "./support/pids-with.js";

const FOLDER = join(import.meta.dirname, "../src/runtime/process/python");

/** A supervisor that has started a process with another group, session and environment, whose parent has ended. */
async function openWatched(mark: string) {
  const program = `
import os, subprocess, sys, time
sys.path.insert(0, ${JSON.stringify(FOLDER)})
from keeper import fork_under_keeper
keeper = fork_under_keeper()
subprocess.run("(env -i setsid sleep ${mark} &)", shell=True, stdout=subprocess.DEVNULL)
print(keeper, os.getpid(), flush=True)
time.sleep(600)
`;
  const started = spawn(PYTHON, ["-I", "-c", program], { stdio: ["ignore", "pipe", "inherit"] });
  const [said] = (await once(started.stdout, "data")) as [Buffer];
  const [keeper, supervisor] = said.toString().split(" ").map(Number) as [number, number];
  const sleeping = () => linesOfPs("args=").filter((line) => line === `sleep ${mark}`).length;
  await expect.poll(sleeping).toBe(1);
  return { keeper, supervisor, sleeping };
}

describe.runIf(process.platform === "linux")("the keeper of a supervisor", () => {
  test("kills what the supervisor has left, if that is killed", async () => {
    const { keeper, supervisor, sleeping } = await openWatched("4712.5");

    process.kill(supervisor, "SIGKILL");

    await expect.poll(sleeping).toBe(0);
    await expect.poll(() => linesOfPs("pid=")).not.toContain(String(keeper));
  });

  test("is not needed: if it is killed, the supervisor goes on", async () => {
    const { keeper, supervisor, sleeping } = await openWatched("4713.5");

    process.kill(keeper, "SIGKILL");

    await expect.poll(() => linesOfPs("pid=")).not.toContain(String(keeper));
    expect([sleeping(), linesOfPs("pid=").includes(String(supervisor))]).toEqual([1, true]);
    process.kill(supervisor, "SIGKILL");
    for (const line of linesOfPs("pid=,args="))
      if (line.endsWith(" sleep 4713.5")) process.kill(parseInt(line), "SIGKILL");
  });
});
