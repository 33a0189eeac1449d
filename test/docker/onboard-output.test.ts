import { afterAll, beforeAll, expect, test } from "vitest";
import { notebook } from "../onboard/notebook.js";
import { openRun } from "../onboard/open-run.js";
import { openProjectImage } from "../onboard/project-image.js";
import { describeWithDocker } from "./support/engine.js";

const LINES = "import subprocess\nsubprocess.run(['seq', '-f', '%.0f äöü日本語äöü', '1000'])\nprint('after')";
const LATE = `import multiprocessing, time
def write_later():
    time.sleep(0.5)
    print('written late', flush=True)
later = multiprocessing.Process(target=write_later)
later.start()`;
const COLOURS =
  "display({'text/plain': '\\x1b[1;31mred\\x1b[0m'}, raw=True)\nprint('\\x1b[32mgreen\\x1b[0m', '\\ud83d half')";
const CLEARED = `from IPython.display import clear_output, display
for i in range(300):
    clear_output(wait=True)
    display({'text/plain': f'figure {i}'}, raw=True)`;
// The messages of ipywidgets, as it sends them, without the package.
const WIDGETS = `from ipykernel.comm import Comm
def widget(name, **state):
    about = {'_model_module': '@jupyter-widgets/controls', '_model_name': name, **state}
    return Comm(target_name='jupyter.widget', data={'state': about}, metadata={'version': '2.1.0'})
def view(model):
    return {'application/vnd.jupyter.widget-view+json': {'model_id': model.comm_id}, 'text/plain': 'HBox()'}
parts = [widget('HTMLModel', value='<b>train</b>'), widget('FloatProgressModel', min=0, max=4, value=0)]
display(view(widget('HBoxModel', children=[f'IPY_MODEL_{each.comm_id}' for each in parts])), raw=True)
for value in range(5): parts[1].send({'method': 'update', 'state': {'value': value}})
Comm(target_name='jupyter.widget', data={})`;
const CRASH = `import ctypes, os
ctypes.PyDLL(None).write(2, b'the last words of a library\\n', 28)
os.abort()`;

describeWithDocker("what a notebook writes", () => {
  let image: Awaited<ReturnType<typeof openProjectImage>>;

  beforeAll(async () => {
    image = await openProjectImage({
      "lines.ipynb": notebook(LINES),
      "late.ipynb": notebook(LATE, "later.join()\ntime.sleep(0.3)"),
      "colours.ipynb": notebook(COLOURS),
      "cleared.ipynb": notebook(CLEARED),
      "widgets.ipynb": notebook(WIDGETS),
      "crash.ipynb": notebook(CRASH),
    });
  }, 600_000);
  afterAll(() => image?.[Symbol.dispose]());

  const run = (notebook: string) => openRun(image.id, { kind: "train", notebook });
  const outputsOf = (ran: Awaited<ReturnType<typeof run>>, cell: number) =>
    JSON.stringify(ran.listener.output?.cells[cell]?.outputs);

  test("through a program is logged once and whole", async () => {
    await using ran = await run("lines.ipynb");

    expect(await ran.exit()).toBe(0);

    expect(ran.listener.log.match(/^\d+ äöü日本語äöü$/gm)).toHaveLength(1000);
    expect(ran.listener.log).toContain("\n1000 äöü日本語äöü\nafter\n");
    expect(outputsOf(ran, 0)).toContain("1000 äöü日本語äöü");
    expect(outputsOf(ran, 0)).not.toContain("\ufffd");
  });

  test("through a process that outlives its cell belongs to that cell", async () => {
    await using ran = await run("late.ipynb");

    expect(await ran.exit()).toBe(0);

    expect(ran.listener.log).toContain("written late\n");
    expect(outputsOf(ran, 0)).toContain("written late");
  });

  test("is plain text in the log, whatever its colours and halves of characters", async () => {
    await using ran = await run("colours.ipynb");

    expect(await ran.exit()).toBe(0);

    expect(ran.listener.log).toContain("red\ngreen ? half\n");
    expect(outputsOf(ran, 0)).toContain("\\u001b[1;31mred");
  });

  test("and clears again is in the log as it was at last", async () => {
    await using ran = await run("cleared.ipynb");

    expect(await ran.exit()).toBe(0);

    expect(ran.listener.log).toMatch(/figure 299\n$/);
    expect(ran.listener.log.match(/figure/g)?.length).toBeLessThan(10);
  });

  test("in widgets is in the log as text, and kept with the notebook", async () => {
    await using ran = await run("widgets.ipynb");

    expect(await ran.exit()).toBe(0);

    expect(ran.listener.log).toContain("train |██████████|\n");
    const state = "application/vnd.jupyter.widget-state+json";
    const models = Object.values(ran.listener.output?.metadata.widgets?.[state]?.state ?? {});
    expect(models.map(({ model_name }) => model_name).sort()).toEqual(["FloatProgressModel", "HBoxModel", "HTMLModel"]);
  });

  test("in a crash is logged, with the line of Python that led to it", async () => {
    await using ran = await run("crash.ipynb");

    expect(await ran.exit()).toBe(1);

    expect(ran.listener.log).toContain("the last words of a library\n");
    expect(ran.listener.log).toMatch(/Fatal Python error: Aborted[^]*File ".*", line 3 in <module>/);
    expect(ran.listener.completions).toMatchObject([{ error: { message: expect.stringContaining("6 (SIGABRT)") } }]);
  });
});
