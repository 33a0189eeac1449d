import { afterAll, beforeAll, expect, test } from "vitest";
import { notebook } from "../onboard/notebook.js";
import { WorkServer } from "../runtimes/work-server.js";
import { dockerUnderTest } from "./support/docker-under-test.js";
import { describeWithDocker } from "./support/engine.js";

const COUNT = 2_999;
const PUBLISH = notebook(
  "import os\nfrom rocas import Publisher, model_path",
  `for n in range(${COUNT}):\n    path = model_path(f'shards/{n % 10}/{n}.bin')\n    os.makedirs(os.path.dirname(path), exist_ok=True)\n    with open(path, 'w') as file:\n        file.write(str(n))\nopen(model_path('clf.txt'), 'w').write('needed')`,
  "Publisher()(version_name='shards')",
);
const MOUNT = notebook(
  "import os\nfrom rocas import model_path",
  "found = sorted(int(open(os.path.join(folder, name)).read()) for folder, _, names in os.walk(model_path('shards', version='shards')) for name in names)",
  "print('found', len(found), sum(found))",
);

describeWithDocker("a version of thousands of files", () => {
  let server: WorkServer;

  beforeAll(async () => {
    const files = { Dockerfile: "FROM rocas/onboard\nCOPY . .\n", "publish.ipynb": PUBLISH, "mount.ipynb": MOUNT };
    server = await WorkServer.start(dockerUnderTest, { project: "flowers", files });
    await server.makeModel();
    await server.makeProject(["iris-clf"]);
  }, 600_000);
  afterAll(() => server?.[Symbol.asyncDispose]());

  test("is published by a training and mounted by another", { timeout: 900_000 }, async () => {
    const { id } = await server.train("publish.ipynb");
    const published = await server.ended("Training", id, "movers { nodes { model { name } manifest { count } } }", 400);
    expect(published.task).toMatchObject({ state: "FINISHED", error: null });
    const { movers } = published;
    expect(movers.nodes).toMatchObject([{ manifest: { count: COUNT + 1 } }]);

    const pretrained = [{ model: movers.nodes[0].model.name, name: "shards" }];
    const mounting = await server.train("mount.ipynb", { pretrained });
    const { task, log } = await server.ended("Training", mounting.id, "", 600);

    expect(task).toMatchObject({ state: "FINISHED", error: null });
    expect(log.text).toContain(`found ${COUNT} ${(COUNT * (COUNT - 1)) / 2}`);
  });
});
