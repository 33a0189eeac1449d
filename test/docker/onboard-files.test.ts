import { afterAll, beforeAll, expect, test } from "vitest";
import { notebook } from "../onboard/notebook.js";
import { openRun } from "../onboard/open-run.js";
import { openProjectImage } from "../onboard/project-image.js";
import { mounted } from "../onboard/run-listener.js";
import { describeWithDocker } from "./support/engine.js";

const MEASURES = "5.1,3.5,1.4,0.2\n";
const NAME = "train/.größe=1 (a).csv";

const TRAIN = notebook(
  "import os\nfrom rocas import Publisher, data_path, model_path",
  `assert open(data_path("${NAME}")).read() == "5.1,3.5,1.4,0.2\\n"\nassert os.listdir(data_path("train")) == ["${NAME.slice(6)}"]`,
  "for name in ('variables/variables.index', '.gitattributes', 'epoch=3-loss=0.2.ckpt'):\n    with open(model_path(name), 'w') as file:\n        file.write(name)",
  "os.makedirs(model_path('assets/empty'))\nos.symlink(model_path('.gitattributes'), model_path('link'))",
  "Publisher()()",
);

describeWithDocker("files in folders", () => {
  let image: Awaited<ReturnType<typeof openProjectImage>>;

  beforeAll(async () => {
    image = await openProjectImage({ "train.ipynb": TRAIN });
  }, 600_000);
  afterAll(() => image[Symbol.dispose]());

  test("are mounted, written and published under their paths", async () => {
    await using run = await openRun(image.id, {
      kind: "train",
      notebook: "train.ipynb",
      meta: { train: { name: "first" }, models: [{ name: "iris-clf" }] },
      datasets: [mounted("dataset_1", "iris-clf", "iris", NAME, MEASURES)],
    });
    run.listener.files.set(`dataset_1/${NAME}`, Buffer.from(MEASURES));

    expect(await run.exit()).toBe(0);

    const sent = [...run.listener.uploads].map(([name, content]) => [name, content.toString()]);
    expect(Object.fromEntries(sent)).toEqual({
      ".gitattributes": ".gitattributes",
      "epoch=3-loss=0.2.ckpt": "epoch=3-loss=0.2.ckpt",
      link: ".gitattributes",
      "variables/variables.index": "variables/variables.index",
    });
    expect(run.listener.log).toContain("empty folders are not kept: assets/empty");
  });
});
