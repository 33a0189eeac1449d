import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { notebook } from "../onboard/notebook.js";
import { WorkServer } from "../runtimes/work-server.js";
import { dockerUnderTest } from "./support/docker-under-test.js";
import { describeWithDocker, dockerCommand } from "./support/engine.js";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

// Whole Pythons, as pyenv builds them. They are copied into images of Debian 12, so they are those of a Debian 12.
const ROOT = join(process.env["PYENV_ROOT"] ?? join(homedir(), ".pyenv"), "versions");
const found = (() => {
  try {
    return readdirSync(ROOT);
  } catch {
    return [];
  }
})();
const installed = (version: string) => found.find((each) => each.startsWith(`${version}.`));

const TRAIN = notebook(
  "import sys\nfrom rocas import Publisher, model_path\nprint('python %d.%d' % sys.version_info[:2], sys.prefix)",
  "for name in ('clf.txt',):\n    open(model_path(name), 'w').write('setosa')",
  "Publisher()(version_name='v%d%d' % sys.version_info[:2], ds=None)",
);
const PREDICT = notebook(
  "from rocas import OnlinePredict, model_path\nlabel = open(model_path('clf.txt')).read()",
  "OnlinePredict(lambda body: label)()",
);

describeWithDocker("another Python", () => {
  const files = `rocas-test/python-${randomBytes(6).toString("hex")}`;
  let server: WorkServer;

  beforeAll(async () => {
    const project = { Dockerfile: "FROM debian:bookworm-slim\n", "train.ipynb": TRAIN, "predict.ipynb": PREDICT };
    server = await WorkServer.start(dockerUnderTest, { project: "flowers", files: project });
    await server.makeModel();
    await server.mutate("createProject", { name: "flowers", homeDir: "flowers", models: ["iris-clf"] });
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    const left = dockerCommand("images", "-q", files);
    if (left) dockerCommand("rmi", ...new Set(left.split("\n")));
  });

  /** Trains on an image in which this Python stands as conda puts it: the first on the PATH. */
  const train = async (version: string) => {
    const whole = installed(version)!;
    const tar = `tar -C "$0" --exclude=test --exclude=tests --exclude=__pycache__ -c . | docker import - "$1"`;
    execFileSync("sh", ["-c", tar, join(ROOT, whole), `${files}:${version}`], { stdio: "ignore" });
    const copied = `COPY --from=${files}:${version} / /opt/python/\nENV PATH=/opt/python/bin:$PATH\nRUN echo /opt/python/lib >/etc/ld.so.conf.d/python.conf && ldconfig\n`;
    await server.write({ Dockerfile: `FROM debian:bookworm-slim\n${copied}WORKDIR /project\nCOPY . .\n` });
    const { id } = await server.mutate("buildProject", { proj: "flowers" }, "id");
    expect((await server.ended("Build", id)).task).toEqual({ state: "FINISHED", error: null, attempt: 1 });
    return server.ended("Training", (await server.train("train.ipynb")).id);
  };

  for (const version of ["3.8", "3.13"])
    test.skipIf(!installed(version))(`${version} trains and serves`, async () => {
      const { task, log } = await train(version);
      expect(task).toEqual({ state: "FINISHED", error: null, attempt: 1 });
      expect(log.text).toContain(`python ${version} /opt/python\n`);

      const name = `live-${version.replace(".", "-")}`;
      const movers = [{ model: "iris-clf", name: `v${version.replace(".", "")}` }];
      const { id } = await server.deploy(name, { tag: "latest", notebook: "predict.ipynb", movers });
      await server.whenFull(id);
      expect(await (await server.predict(name, [])).json()).toBe("setosa");
      await server.undeploy(name);
    });

  test.skipIf(!installed("3.7"))("3.7 is refused by name", async () => {
    const { task } = await train("3.7");

    expect(task.state).toBe("FAILED");
    expect(task.error).toMatch(/BadPython: the image's Python \/opt\/python\/bin\/python3? /);
    expect(task.error).toContain("is Python 3.7, and a run needs Python 3.8 or newer");
  });
});
