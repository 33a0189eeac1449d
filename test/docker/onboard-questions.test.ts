import { afterAll, beforeAll, expect, test } from "vitest";
import { notebook } from "../onboard/notebook.js";
import { openRun } from "../onboard/open-run.js";
import { openProjectImage } from "../onboard/project-image.js";
import { describeWithDocker } from "./support/engine.js";

const ASKED = "def ask(word):\n    !read; echo {word} $word\nask('local')\n!python3 -c 'input()'";
const FAILED = { source: "1 / 0", tags: ["raises-exception"] };
const NOBODY = "StdinNotImplementedError: nobody answers input() in a run";

describeWithDocker("a notebook that asks", () => {
  let image: Awaited<ReturnType<typeof openProjectImage>>;

  beforeAll(async () => {
    image = await openProjectImage({
      "shell.ipynb": notebook(ASKED, "print('after')"),
      "debug.ipynb": notebook(FAILED, "%debug", "print('after')"),
      "input.ipynb": notebook("input('Name? ')"),
      "getpass.ipynb": notebook("import getpass\ngetpass.getpass()"),
      "set_trace.ipynb": notebook("import pdb; pdb.set_trace()\nprint('after')"),
      "pdb.ipynb": notebook("%pdb on\n1 / 0"),
    });
  }, 600_000);
  afterAll(() => image?.[Symbol.dispose]());

  const run = (notebook: string) => openRun(image.id, { kind: "train", notebook });

  test.each([
    ["shell", /local local\n[^]*EOFError: EOF when reading a line\nafter\n/],
    ["debug", /ZeroDivisionError[^]*There is no debugger: nobody answers it in a run.\nafter\n/],
  ])("in a way that is no error goes on without an answer: %s", async (name, log) => {
    await using asked = await run(`${name}.ipynb`);

    expect(await asked.exit()).toBe(0);

    expect(asked.listener.log).toMatch(log);
  });

  test.each([
    ["input", NOBODY],
    ["getpass", NOBODY],
    ["set_trace", NOBODY],
    ["pdb", "ZeroDivisionError: division by zero (cell 1)"],
  ])("otherwise fails at once, and says why: %s", async (name, reason) => {
    await using asked = await run(`${name}.ipynb`);

    expect(await asked.exit()).toBe(1);

    expect(asked.listener.log).toContain(`Failed: ${reason}`);
    expect(asked.listener.log).not.toMatch(/^after/m);
  });
});
