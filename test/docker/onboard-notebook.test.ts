import { afterAll, beforeAll, expect, test } from "vitest";
import { notebook } from "../onboard/notebook.js";
import { openRun } from "../onboard/open-run.js";
import { openProjectImage } from "../onboard/project-image.js";
import { describeWithDocker } from "./support/engine.js";

const AFTER = "print('after')";
const ENDS: Record<string, string> = {
  "exit()": "exit()\nprint('later')",
  "bare quit": "quit",
  "exit(0)": "exit(0)",
  "sys.exit(False)": "import sys\nsys.exit(False)",
  "quit(3)": "quit(3)\nprint('later')",
  text: "raise SystemExit('no data')",
  "os._exit(0)": "import os\nos._exit(0)",
  SIGKILL: "import os\nos.kill(os.getpid(), 9)",
  SIGSEGV: "import ctypes\nctypes.string_at(0)",
};
const PROGRESS = "import sys, time\nfor i in range(400):\n    print(f'\\r{i} of 400', end='', flush=True)\nprint()";
const SHOWING = `from IPython.display import clear_output, display
handle = display('first', display_id=True)
for i in range(400): handle.update(f'update {i}')
for i in range(400): clear_output(wait=True); print('epoch', i)
display({'application/vnd.plotly.v1+json': {'x': 'y' * 4_800_000}, 'text/plain': 'Figure'}, raw=True)
print('z' * 3_000_000)
display('small')`;
const FOLDER =
  "import os\nfrom src.features import WORD\nprint(os.path.basename(os.getcwd()), WORD, open('../data/a.txt').read())";

describeWithDocker("a notebook on board", () => {
  let image: Awaited<ReturnType<typeof openProjectImage>>;

  beforeAll(async () => {
    const ends = Object.entries(ENDS).map(([name, source]) => [`ends/${name}.ipynb`, notebook(source, AFTER)]);
    image = await openProjectImage({
      ...Object.fromEntries(ends),
      "progress.ipynb": notebook(PROGRESS),
      "showing.ipynb": notebook(SHOWING),
      "notebooks/Übung_1+2.ipynb": notebook(FOLDER),
      "src/features.py": "WORD = 'imported'\n",
      "data/a.txt": "read",
    });
  }, 600_000);
  afterAll(() => image[Symbol.dispose]());

  const run = (notebook: string) => openRun(image.id, { kind: "train", notebook });

  test.each(["exit()", "bare quit", "exit(0)", "sys.exit(False)"])(
    "that ends itself well is a success: %s",
    async (end) => {
      await using ended = await run(`ends/${end}.ipynb`);

      expect(await ended.exit()).toBe(0);

      expect(ended.listener.completions).toEqual([{ ok: true }]);
      expect(ended.listener.log).toContain("ended itself in cell 1 with exit code 0; the cell after it did not run");
      expect(ended.listener.log).not.toMatch(/^(after|later)|Error|exception/m);
    },
  );

  test.each([
    ["quit(3)", "SystemExit", "the notebook ended itself with exit code 3"],
    ["text", "SystemExit", "no data (exit code 1)"],
    ["os._exit(0)", "KernelDied", "ended with exit code 0"],
    ["SIGKILL", "KernelDied", "signal 9 (SIGKILL)"],
    ["SIGSEGV", "KernelDied", "signal 11 (SIGSEGV)"],
  ])("that ends otherwise has failed, and says how: %s", async (end, name, how) => {
    await using ended = await run(`ends/${end}.ipynb`);

    expect(await ended.exit()).toBe(1);

    const error = { name, message: expect.stringContaining(how), cell: 1 };
    expect(ended.listener.completions).toMatchObject([{ ok: false, error }]);
    expect(ended.listener.log).not.toMatch(/^(after|later)|memory:/m);
  });

  test("runs in its own folder, and imports from the project", async () => {
    await using ran = await run("notebooks/Übung_1+2.ipynb");

    expect(await ran.exit()).toBe(0);

    expect(ran.listener.log).toContain("notebooks imported read\n");
  });

  test("has its progress bar in the log as it was at last", async () => {
    await using ran = await run("progress.ipynb");

    expect(await ran.exit()).toBe(0);

    expect(ran.listener.log).toMatch(/\n399 of 400\n/);
    expect(ran.listener.log.match(/of 400/g)?.length).toBeLessThan(10);
  });

  test("keeps all outputs but the one that is too large, and shows updates in the log", async () => {
    await using ran = await run("showing.ipynb");

    expect(await ran.exit()).toBe(0);

    const outputs = JSON.stringify(ran.listener.output?.cells[0]?.outputs);
    expect(outputs).toContain("an output of the type application/vnd.plotly.v1+json (4.8 MB)");
    for (const kept of ["epoch 399", "Figure", "zzz", "more characters of stdout", "'small'"])
      expect(outputs).toContain(kept);
    expect(ran.listener.log).toMatch(/update 399.\n/);
    expect(ran.listener.log.match(/epoch/g)?.length).toBeLessThan(20);
  });
});
