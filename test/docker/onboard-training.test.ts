import { afterAll, beforeAll, expect, test } from "vitest";
import { notebook } from "../onboard/notebook.js";
import { openRun } from "../onboard/open-run.js";
import { openProjectImage } from "../onboard/project-image.js";
import { mounted, sha256 } from "../onboard/run-listener.js";
import { describeWithDocker } from "./support/engine.js";

const MEASURES = "5.1,3.5,1.4,0.2\n";

const TRAIN = notebook(
  { source: "rows = 0\nscale = 1.5\nnote = 'default'", tags: ["parameters"] },
  "from rocas import Publisher, data_path, load_metadata, model_path, pretrained_path\nimport beside",
  "measures = open(data_path('measures.csv')).read()\nprint('read', len(measures), 'of', load_metadata('train')['name'], beside.WORD)",
  "assert open('/data/iris-clf.iris/measures.csv').read() == measures\nprint(open(pretrained_path('clf.pkl')).read())",
  "with open(model_path('clf.pkl'), 'w') as file:\n    file.write(f'{rows} {scale} {note} {quiet} {nothing}')",
  "print(Publisher()(details={'metrics': {'accuracy': 0.97}}))",
);

const FAILING = notebook(
  "print('before')",
  "def boom():\n    raise ValueError('no \\u001b[31mflowers')\nboom()",
  "print('after')",
);

describeWithDocker("a training on board", () => {
  let image: Awaited<ReturnType<typeof openProjectImage>>;

  beforeAll(async () => {
    image = await openProjectImage({ "train.ipynb": TRAIN, "failing.ipynb": FAILING, "beside.py": "WORD = 'hello'\n" });
  }, 600_000);
  afterAll(() => image[Symbol.dispose]());

  test("runs the notebook with its files and parameters, and publishes", async () => {
    await using run = await openRun(image.id, {
      kind: "train",
      notebook: "train.ipynb",
      params: { rows: 150, note: "'; import os #", quiet: true, nothing: null },
      meta: { train: { name: "first" }, models: [{ name: "iris-clf" }] },
      datasets: [mounted("dataset_1", "iris-clf", "iris", "measures.csv", MEASURES)],
      versions: [mounted("modelversion_0", "iris-clf", "old", "clf.pkl", "an older one", "pretrained")],
    });
    run.listener.files.set("dataset_1/measures.csv", Buffer.from(MEASURES));
    run.listener.files.set("modelversion_0/clf.pkl", Buffer.from("an older one"));

    expect(await run.exit()).toBe(0);

    const { listener } = run;
    expect(listener.completions).toEqual([{ ok: true }]);
    expect(listener.heartbeats.at(-1)).toMatchObject({ progress: 1 });
    expect(listener.log).toContain("read 16 of first hello");
    expect(listener.log).toContain("an older one");
    expect(listener.uploads.get("clf.pkl")?.toString()).toBe("150 1.5 '; import os # True None");
    expect(listener.publications[0]).toMatchObject({
      details: { metrics: { accuracy: 0.97 } },
      files: [{ name: "clf.pkl", sha256: sha256(listener.uploads.get("clf.pkl")!) }],
    });
    expect(listener.output?.cells[1]?.metadata.tags).toEqual(["injected-parameters"]);
  });

  test("that fails in a cell says which, why and how it came about, and keeps the notebook", async () => {
    await using run = await openRun(image.id, { kind: "train", notebook: "failing.ipynb" });

    expect(await run.exit()).toBe(1);

    expect(run.listener.completions).toMatchObject([
      {
        ok: false,
        error: { name: "ValueError", message: "no flowers", cell: 2, traceback: expect.stringContaining("boom()") },
      },
    ]);
    expect(run.listener.log).not.toContain("\u001b");
    expect(run.listener.output?.cells[0]?.outputs).toMatchObject([{ name: "stdout", text: ["before\n"] }]);
    expect(run.listener.output?.cells[2]?.outputs).toEqual([]);
  });
});
