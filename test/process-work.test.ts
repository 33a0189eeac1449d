import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { notebook } from "./onboard/notebook.js";
import { openProcessServer } from "./support/process-server.js";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 600_000 });

const UNDEPLOY = `mutation ($name: String!) { undeploy(input: { proj: "work", name: $name }) { replicas } }`;
const CANCEL = `mutation ($name: String!) { cancelTraining(input: { proj: "work", name: $name }) { id } }`;
const FILES = {
  Dockerfile: "FROM rocas/onboard\nCOPY . .\n",
  "slow.ipynb": notebook("import time\nprint('begun', flush=True)", "time.sleep(12)", "print('done')"),
  "greedy.ipynb": notebook("kept = bytearray(900_000_000)\nimport time\ntime.sleep(60)"),
  "parent.ipynb": notebook(
    "import subprocess\nsubprocess.Popen(['sleep', '6011'], start_new_session=True)",
    "subprocess.Popen('setsid sleep 6012 & sleep 6013', shell=True)\nprint('begun', flush=True)",
    "import time\ntime.sleep(600)",
  ),
  "predict.ipynb": notebook("from rocas import OnlinePredict", "OnlinePredict(lambda body: {'got': body})()"),
};

describe.runIf(process.platform === "linux")("work without an engine", () => {
  let server: Awaited<ReturnType<typeof openProcessServer>>;

  const train = (name: string, notebook: string) =>
    server.start("startTraining", "StartTrainingInput", { proj: "work", name, tag: "latest", notebook });
  const deploy = (name: string, replicas: number) => {
    const input = { proj: "work", name, tag: "latest", notebook: "predict.ipynb", replicas };
    return server.start("deploy", "DeployInput", input);
  };
  const isFull = ({ availability }: { availability: string }) => availability === "FULL";
  const hasBegun = ({ log }: { log: { text: string } }) => log.text.includes("begun");

  beforeAll(async () => {
    server = await openProcessServer(FILES);
    await server.run(`mutation { createProject(input: { name: "work", homeDir: "work" }) { id } }`);
    const build = await server.start("buildProject", "BuildProjectInput", {
      proj: "work",
      tag: "latest",
      from: "LOCAL",
    });
    expect((await server.until(build, server.hasEnded)).task).toMatchObject({ state: "FINISHED", error: null });
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  test("a training that runs while the server is killed is followed to its end, and ran once", async () => {
    const id = await train("survivor", "slow.ipynb");
    await server.until(id, hasBegun);

    await server.kill9AndRestart();

    const { task, log } = await server.until(id, server.hasEnded);
    expect(task).toEqual({ state: "FINISHED", attempt: 1, error: null });
    expect(log.text.match(/begun/g)).toHaveLength(1);
  });

  test("a notebook that runs out of memory fails as such", async () => {
    const id = await train("greedy", "greedy.ipynb");

    const { task } = await server.until(id, server.hasEnded);

    expect(task.state).toBe("FAILED");
    expect(task.error).toContain("out of memory: the container may use 400 MiB");
  });

  test("a notebook that started others and is cancelled leaves no process", async () => {
    const id = await train("parent", "parent.ipynb");
    await server.until(id, hasBegun);

    await server.run(CANCEL, { name: "parent" });

    expect((await server.until(id, server.hasEnded)).task.state).toBe("CANCELLED");
    await expect.poll(() => server.processes(), { timeout: 60_000 }).toEqual([]);
  });

  test("replicas answer after the server was killed; one that is killed is replaced; undeploy leaves nothing", async () => {
    const id = await deploy("live", 2);
    await server.until(id, isFull);
    await server.kill9AndRestart();
    await expect.poll(() => server.predict("live", 7), { timeout: 20_000 }).toEqual({ got: 7 });

    process.kill(server.processes().at(-1)!, "SIGKILL");

    const isReplaced = ({ tasks }: { tasks: { attempt: number }[] }) => tasks.some(({ attempt }) => attempt === 2);
    await server.until(id, (seen) => isReplaced(seen) && isFull(seen));
    expect(await server.predict("live", 8)).toEqual({ got: 8 });
    await server.run(UNDEPLOY, { name: "live" });
    await expect.poll(() => server.processes(), { timeout: 60_000 }).toEqual([]);
  });
});
