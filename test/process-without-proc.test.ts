import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PYTHON } from "./support/open-processes.js";

const SUPERVISOR = join(import.meta.dirname, "../src/runtime/process/python");

/** What a program prints that uses the supervisor's modules as on a system without /proc, whose `ps` tells instead. */
const printed = (program: string): string =>
  execFileSync(PYTHON, ["-c", `import os, processes\nprocesses.HAS_PROC = False\n${program}`], {
    cwd: SUPERVISOR,
    encoding: "utf8",
  }).trim();

test("without /proc, what runs below a process is known, and the question itself is none of it", () => {
  const program = `
import subprocess
before = processes.descendants(os.getpid(), -1)
child = subprocess.Popen(["sleep", "60"])
after = processes.descendants(os.getpid(), -1)
child.kill()
print(len(before), [each.pid for each in after] == [child.pid], after[0].resident > 0)`;

  expect(printed(program)).toBe("0 True True");
});

test("without /proc, the mark of a process is the same in whatever place and language it is asked", () => {
  const program = `
processes.PROC = processes.Path("/nowhere")
marks = set()
for zone in ("UTC", "Asia/Tokyo"):
    os.environ["TZ"] = zone
    marks.add(processes.start_time(os.getpid()))
print(len(marks), "" in marks)`;

  expect(printed(program)).toBe("1 False");
});
