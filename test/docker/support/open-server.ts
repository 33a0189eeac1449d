import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, vi } from "vitest";
import { openConnection } from "../../../src/store/open-connection.js";
import { dockerCommand } from "./engine.js";
import { type ServerProcess, startServerProcess } from "./server-process.js";

const lines = (...words: string[]) =>
  dockerCommand(...words)
    .split("\n")
    .filter(Boolean);

/** A server in a process of its own over the real engine, with one built project whose folder holds these files. */
export async function openServer(files: Readonly<Record<string, string>>) {
  const root = await mkdtemp(join(tmpdir(), "rocas-server-"));
  const [data, home] = [join(root, "data"), join(root, "projects", "flowers")];
  await mkdir(home, { recursive: true });
  const Dockerfile = "FROM rocas/onboard\nCOPY . .\n";
  for (const [name, content] of Object.entries({ Dockerfile, ...files })) await writeFile(join(home, name), content);
  const environment = { ROCAS_DATA: data, ROCAS_PROJECT_ROOTS: join(root, "projects"), MONGODB_URI: "" };
  const server = new DockerServer(data, root, environment, await startServerProcess(environment));
  try {
    await server.prepare();
    return server;
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}

export class DockerServer implements AsyncDisposable {
  constructor(
    private readonly data: string,
    private readonly root: string,
    private readonly environment: Readonly<Record<string, string>>,
    private process: ServerProcess,
  ) {}

  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests read what they asked for
  execute(document: string, variables: object = {}): Promise<any> {
    return this.process.execute(document, variables);
  }

  /** Runs a mutation with one input. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests read what they asked for
  async mutate(name: string, type: string, input: object, selection = "id name"): Promise<any> {
    return (await this.execute(`mutation M($input: ${type}!) { ${name}(input: $input) { ${selection} } }`, { input }))[
      name
    ];
  }

  /** A field of the record of that id. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests read what they asked for
  async read(type: string, id: string, selection: string): Promise<any> {
    const document = `query R($id: ID!) { node(id: $id) { ... on ${type} { ${selection} } } }`;
    return (await this.execute(document, { id })).node;
  }

  async becomes(type: string, id: string, selection: string, expected: object, timeout = 90_000): Promise<void> {
    const read = () => this.read(type, id, selection).catch(() => null);
    // Also from hooks, where a poll of expect may not be.
    await vi.waitFor(async () => expect(await read()).toMatchObject(expected), { timeout, interval: 250 });
  }

  predict(deployment: string, body: unknown): Promise<Response> {
    const headers = { "content-type": "application/json" };
    return fetch(`${this.process.url}/predict/flowers/${deployment}`, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    });
  }

  fetch = (path: string): Promise<Response> => fetch(this.process.url + path);

  /** Names of the containers of a job that are there, running or not. */
  containers = (job: string): string[] =>
    lines("ps", "-a", "--format", "{{.Names}}", "--filter", `label=rocas.job=${job}`);

  async crash(): Promise<void> {
    await this.process.kill();
  }

  async start(): Promise<void> {
    this.process = await startServerProcess(this.environment);
  }

  async prepare(): Promise<void> {
    const modelFiles = [{ name: "clf.txt", required: true }];
    const dataFiles = [{ name: "measures.csv", required: true }];
    await this.mutate("createModel", "CreateModelInput", { name: "iris-clf", modelFiles, dataFiles });
    await this.mutate("createProject", "CreateProjectInput", {
      name: "flowers",
      homeDir: "flowers",
      models: ["iris-clf"],
    });
    const files = [{ name: "measures.csv", text: "5.1,3.5,1.4,0.2\n" }];
    await this.mutate("createDataset", "CreateDatasetInput", { model: "iris-clf", name: "iris", files });
    await this.build();
  }

  async build(): Promise<void> {
    const { id } = await this.mutate("buildProject", "BuildProjectInput", { proj: "flowers" }, "id");
    await this.becomes("Build", id, "task { state error }", { task: { state: "FINISHED" } }, 300_000);
  }

  async [Symbol.asyncDispose]() {
    await this.process[Symbol.asyncDispose]();
    const opened = await openConnection({ mongodbUri: "", dataFolder: this.data });
    const cluster = await opened.connection
      .collection<{ _id: string; value: string }>("installation")
      .findOne({ _id: "cluster" });
    const project = await opened.connection.collection<{ _id: string }>("projects").findOne();
    await opened[Symbol.asyncDispose]();
    const ours = ["--filter", `label=rocas.cluster=${cluster?.value}`];
    for (const each of lines("ps", "-aq", ...ours)) dockerCommand("rm", "-fv", each);
    for (const each of lines("volume", "ls", "-q", ...ours)) dockerCommand("volume", "rm", each);
    for (const each of lines("network", "ls", "-q", ...ours)) dockerCommand("network", "rm", each);
    for (const each of lines("images", "--format", "{{.Repository}}:{{.Tag}}", `rocas/${project?._id}`))
      execFileSync("docker", ["rmi", "-f", each], { stdio: "ignore" });
    await rm(this.root, { recursive: true, force: true });
  }
}
