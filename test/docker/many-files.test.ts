import { afterAll, beforeAll, expect, test } from "vitest";
import { notebook } from "../onboard/notebook.js";
import { describeWithDocker } from "./support/engine.js";
import { type DockerServer, openServer } from "./support/open-server.js";

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
  let server: DockerServer;

  beforeAll(async () => {
    server = await openServer({ "publish.ipynb": PUBLISH, "mount.ipynb": MOUNT });
  }, 600_000);
  afterAll(() => server?.[Symbol.asyncDispose]());

  test("is published by a training and mounted by another", { timeout: 900_000 }, async () => {
    const started = { proj: "flowers", notebook: "publish.ipynb" };
    const { id } = await server.mutate("startTraining", "StartTrainingInput", started);
    await server.becomes("Training", id, "task { state error }", { task: { state: "FINISHED", error: null } }, 400_000);
    const { movers } = await server.read("Training", id, "movers { nodes { model { name } manifest { count } } }");
    expect(movers.nodes).toMatchObject([{ manifest: { count: COUNT + 1 } }]);

    const pretrained = [{ model: movers.nodes[0].model.name, name: "shards" }];
    const other = { proj: "flowers", notebook: "mount.ipynb", pretrained };
    const mounting = await server.mutate("startTraining", "StartTrainingInput", other);
    await server.becomes(
      "Training",
      mounting.id,
      "task { state error }",
      { task: { state: "FINISHED", error: null } },
      600_000,
    );

    const { log } = await server.read("Training", mounting.id, "log { text }");
    expect(log.text).toContain(`found ${COUNT} ${(COUNT * (COUNT - 1)) / 2}`);
  });
});
