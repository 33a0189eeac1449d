import { afterAll, beforeAll, expect, test } from "vitest";
import { notebook } from "../onboard/notebook.js";
import { openRun } from "../onboard/open-run.js";
import { openProjectImage } from "../onboard/project-image.js";
import { describeWithDocker } from "./support/engine.js";

const THREADS = "import threading, time\nwhile True: threading.Thread(target=time.sleep, args=(600,)).start()";
const FULL = "f = open('/dev/shm/full', 'wb')\nwhile f.write(b'x' * 1_000_000): f.flush()";
const LARGE = "x = []\nwhile True: x.append(bytearray(50_000_000))";
const CHILD = `import subprocess, sys\nsubprocess.run([sys.executable, '-c', ${JSON.stringify(LARGE)}], check=True)`;
const HELD = `import time\ntry:\n    exec(${JSON.stringify(THREADS)})\nexcept RuntimeError:\n    print('no more')\ntime.sleep(600)`;

describeWithDocker("a notebook that meets a limit of its container", () => {
  let image: Awaited<ReturnType<typeof openProjectImage>>;

  beforeAll(async () => {
    image = await openProjectImage({
      "threads.ipynb": notebook(THREADS),
      "shm.ipynb": notebook(FULL),
      "memory.ipynb": notebook(LARGE),
      "child.ipynb": notebook(CHILD),
      "held.ipynb": notebook(HELD),
    });
  }, 600_000);
  afterAll(() => image?.[Symbol.dispose]());

  const run = (notebook: string) => openRun(image.id, { kind: "train", notebook });

  test.each([
    ["threads", "RuntimeError", /new thread; a process or thread was refused: the container may have 256/],
    ["shm", "KernelDied", /out of memory: the container may use 1024 MiB, of which \d+ MiB lie in \/dev\/shm\.$/],
    ["memory", "KernelDied", /SIGKILL\), out of memory: the container may use 1024 MiB\.$/],
    ["child", "CalledProcessError", /; a process that the notebook started was killed, out of memory/],
  ])("fails for that reason: %s", async (kind, name, reason) => {
    await using met = await run(`${kind}.ipynb`);

    expect(await met.exit()).toBe(1);

    const error = { name, message: expect.stringMatching(reason), cell: 1 };
    expect(met.listener.completions).toMatchObject([{ ok: false, error }]);
  });

  test("is stopped all the same, and what it wrote is kept", async () => {
    await using held = await run("held.ipynb");
    await expect.poll(() => held.listener.log, { timeout: 20_000 }).toContain("no more");

    await held.stop();

    expect(await held.exit()).toBe(143);
    expect(JSON.stringify(held.listener.output?.cells[0]?.outputs)).toContain("no more");
  });
});
