import { afterAll, beforeAll, expect, test } from "vitest";
import { notebook } from "../onboard/notebook.js";
import { openRun, until } from "../onboard/open-run.js";
import { openProjectImage } from "../onboard/project-image.js";
import { describeWithDocker, dockerCommand } from "./support/engine.js";

const SLOW = notebook(
  "print('begun')",
  "import time\nfor second in range(8):\n    print('second', second)\n    time.sleep(1)",
);
const ENDLESS = notebook("print('begun')", "import time\ntime.sleep(600)");
const FLOOD = notebook(
  "print('begun')\nfor _ in range(2000):\n    print('x' * 20_000)",
  "raise ValueError('the reason')",
);
const DYING = notebook("import os\nos._exit(3)");
const HUNGRY = notebook("held = []\nwhile True:\n    held.append(bytearray(32 * 1024 * 1024))");

describeWithDocker("an attempt on board", () => {
  let image: Awaited<ReturnType<typeof openProjectImage>>;

  beforeAll(async () => {
    image = await openProjectImage({
      "slow.ipynb": SLOW,
      "endless.ipynb": ENDLESS,
      "dying.ipynb": DYING,
      "hungry.ipynb": HUNGRY,
      "flood.ipynb": FLOOD,
    });
  }, 600_000);
  afterAll(() => image[Symbol.dispose]());

  test("that is not granted runs no user code, and says so again when it is started again", async () => {
    await using run = await openRun(image.id, { kind: "train", notebook: "slow.ipynb" });
    run.listener.isSuperseded = true;

    expect(await run.exit()).toBe(75);
    run.listener.isSuperseded = false;
    dockerCommand("start", run.name);

    expect(await run.exit()).toBe(75);
    expect(run.listener.claims).toEqual([]);
    expect(run.listener.log).toBe("");
  });

  test("that has ended repeats its code, and does not run again", async () => {
    await using run = await openRun(image.id, { kind: "train", notebook: "slow.ipynb" });
    expect(await run.exit()).toBe(0);

    expect(dockerCommand("start", "-a", run.name)).toContain("has ended before, with code 0");

    expect(await run.exit()).toBe(0);
    expect(run.listener.claims).toHaveLength(1);
    expect(run.listener.completions).toHaveLength(1);
  });

  test("survives an outage of the API, and loses nothing of its log", async () => {
    await using run = await openRun(image.id, { kind: "train", notebook: "slow.ipynb" });
    await until(() => run.listener.log.includes("second 1"));

    run.listener.isDown = true;
    await new Promise((resolve) => setTimeout(resolve, 9_000));
    run.listener.isDown = false;

    expect(await run.exit()).toBe(0);
    expect(run.listener.completions).toEqual([{ ok: true }]);
    expect(run.listener.log.match(/second \d/g)).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((each) => `second ${each}`));
    expect(run.listener.output?.cells).toHaveLength(2);
  });

  test("that is superseded while a cell runs ends at once", async () => {
    await using run = await openRun(image.id, { kind: "train", notebook: "endless.ipynb" });
    await until(() => run.listener.log.includes("begun"));

    run.listener.isSuperseded = true;

    expect(await run.exit()).toBe(75);
    expect(run.listener.completions).toEqual([]);
  });

  test("that is told to stop keeps what there is, and reports no result", async () => {
    await using run = await openRun(image.id, { kind: "train", notebook: "endless.ipynb" });
    await until(() => run.listener.log.includes("begun"));

    await run.stop();

    expect(await run.exit()).toBe(143);
    expect(run.listener.output?.cells[0]?.outputs).toMatchObject([{ text: ["begun\n"] }]);
    expect(run.listener.completions).toEqual([]);
  });

  test.each([
    ["dying.ipynb", "exit code 3"],
    ["hungry.ipynb", "signal 9 (SIGKILL), out of memory: the container may use 1024 MiB"],
  ])("whose process ends in a cell is failed, and says how: %s", async (name, how) => {
    await using run = await openRun(image.id, { kind: "train", notebook: name });

    expect(await run.exit()).toBe(1);

    expect(run.listener.completions).toMatchObject([
      { ok: false, error: { name: "KernelDied", message: expect.stringContaining(how), cell: 1 } },
    ]);
    expect(run.listener.output?.cells).toHaveLength(1);
  });

  test("that writes without end keeps the beginning and the end of it", async () => {
    await using run = await openRun(image.id, { kind: "train", notebook: "flood.ipynb" });

    expect(await run.exit()).toBe(1);

    expect(run.listener.log).toMatch(/^Running flood.ipynb.\nbegun\nx/);
    expect(run.listener.log).toMatch(/\[[0-9,]+ bytes of output were left out here.\]/);
    expect(run.listener.log).toMatch(/Failed: ValueError: the reason \(cell 2\)\n$/);
    expect(JSON.stringify(run.listener.output).length).toBeLessThan(2 * 1024 * 1024);
    expect(run.listener.log.length).toBeGreaterThan(8 * 1024 * 1024);
  });

  test("without its notebook says which ones there are", async () => {
    await using run = await openRun(image.id, { kind: "train", notebook: "../etc/other.ipynb" });

    expect(await run.exit()).toBe(1);

    expect(run.listener.completions).toMatchObject([
      { ok: false, error: { name: "BadNotebook", message: expect.stringContaining("dying.ipynb, endless.ipynb") } },
    ]);
  });

  test("that takes longer than it may is failed", async () => {
    await using run = await openRun(image.id, { kind: "train", notebook: "endless.ipynb", timeoutSeconds: 4 });

    expect(await run.exit()).toBe(1);

    expect(run.listener.completions).toMatchObject([{ ok: false, error: { name: "OutOfTime" } }]);
  });
});
