import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { notebook } from "../onboard/notebook.js";
import { openRun } from "../onboard/open-run.js";
import { openProjectImage } from "../onboard/project-image.js";
import { describeWithDocker } from "./support/engine.js";

const PAGE = readFileSync("docs/projects.md", "utf8");

/** The block of the page, in that language, that holds these words. */
function block(language: string, words: string): string {
  const blocks = [...PAGE.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map(([, text]) => text!);
  const found = blocks.find((each) => each.includes(words));
  if (!found) throw new Error(`The page has no block of ${language} with ${words}.`);
  return found;
}

const WHERE = "import sys, os, rocas\nprint('prefix', sys.prefix, os.path.islink('.venv'))";

describeWithDocker("the page for authors of projects", () => {
  let image: Awaited<ReturnType<typeof openProjectImage>>;
  let foreign: Awaited<ReturnType<typeof openProjectImage>>;

  beforeAll(async () => {
    const files = { "requirements.txt": "", "where.ipynb": notebook(WHERE) };
    const publish = `import pickle\nfrom rocas import Publisher, model_path\nclassifier = 1\n${block("python", "Publisher()(")}`;
    const recipe = ["RUN pip install", "python3 -m venv"].map((words) => block("dockerfile", words)).join("");
    image = await openProjectImage(
      { ...files, "publish.ipynb": notebook(publish) },
      `${recipe}RUN python3 -m venv /project/.venv\n`,
    );
    const other =
      "RUN printf '#!/bin/sh\\necho no module ipykernel >&2; exit 1' > /usr/local/bin/python3 && chmod +x /usr/local/bin/python3\n";
    foreign = await openProjectImage(files, other);
  }, 600_000);
  afterAll(() => {
    image?.[Symbol.dispose]();
    foreign?.[Symbol.dispose]();
  });

  test("shows a virtual environment in which notebooks run, with what is on board", async () => {
    await using run = await openRun(image.id, { kind: "train", notebook: "where.ipynb" });

    expect(await run.exit()).toBe(0);

    expect(run.listener.log).toContain("prefix /opt/venv True\n");
  });

  test("shows how a version is published", async () => {
    const meta = { models: [{ name: "iris-clf" }] };
    const datasets = [{ id: "dataset_1", model: "iris-clf", name: "iris", folder: null, files: [] }];
    await using run = await openRun(image.id, { kind: "train", notebook: "publish.ipynb", meta, datasets });

    expect(await run.exit()).toBe(0);

    expect(run.listener.publications).toMatchObject([{ name: "v1", details: { metrics: { accuracy: 0.97 } } }]);
    expect([...run.listener.uploads.keys()]).toEqual(["clf.pkl"]);
  });

  test("says what a Python without a kernel is answered", async () => {
    await using run = await openRun(foreign.id, { kind: "train", notebook: "where.ipynb" });

    expect(await run.exit()).toBe(1);

    const message = expect.stringMatching(
      /no module ipykernel.*RUN \/usr\/local\/bin\/python3 -m pip install ipykernel/s,
    );
    expect(run.listener.completions).toMatchObject([{ ok: false, error: { name: "BadPython", message } }]);
  });
});
