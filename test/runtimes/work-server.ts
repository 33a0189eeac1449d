import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, vi } from "vitest";
import type { TypedDocumentString } from "../../src/demo/generated/graphql.js";
import { type ServerProcess, startServerProcess } from "../support/server-process.js";
import { openTempFolder, type TempFolder, writeTree } from "../support/temp-folder.js";
import { hear, type Heard } from "./heard.js";
import type { RuntimeUnderTest } from "./runtime-under-test.js";

/** The server refused a request. */
export class Refused extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

interface Answer<R> {
  readonly data?: R;
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
}

export interface WorkOptions {
  /** Its name, and that of its folder. */
  readonly project: string;
  readonly files: Readonly<Record<string, string>>;
  /** Leaves the steps below its images on an engine: they spare the next run the installation of packages. */
  readonly keepSteps?: boolean;
  readonly settings?: Readonly<Record<string, string>>;
}

export const TASK = "task { state attempt error }";
const ENDED = ["FINISHED", "FAILED", "CANCELLED"];

/** A server as people start it, with one project: data and projects lie in a folder of its own, which outlives its death. */
export class WorkServer implements AsyncDisposable {
  private constructor(
    readonly runtime: RuntimeUnderTest,
    private readonly options: WorkOptions,
    private readonly folder: TempFolder,
    private process: ServerProcess,
  ) {}

  /** What it has made on the engine and of processes goes at its end. */
  static async start(runtime: RuntimeUnderTest, options: WorkOptions): Promise<WorkServer> {
    runtime.prepare();
    const folder = await openTempFolder();
    await writeTree(join(folder.path, "projects", options.project), options.files);
    return new WorkServer(runtime, options, folder, await startServerProcess(environmentOf(runtime, folder, options)));
  }

  get project(): string {
    return this.options.project;
  }

  get data(): string {
    return join(this.folder.path, "data");
  }

  /** As a power cut ends it. */
  kill9(): Promise<void> {
    return this.process.kill();
  }

  /** Starts it again on the same folder. */
  async restart(): Promise<void> {
    this.process = await startServerProcess(environmentOf(this.runtime, this.folder, this.options));
  }

  async kill9AndRestart(): Promise<void> {
    await this.kill9();
    await this.restart();
  }

  async stop(): Promise<void> {
    await this.process[Symbol.asyncDispose]();
  }

  /** @throws Refused */
  async ask<R, V>(document: TypedDocumentString<R, V>, variables: V): Promise<R> {
    return (await this.run(document.toString(), variables)) as R;
  }

  /** For documents of a test's own. @throws Refused */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests read what they asked for
  async run(query: string, variables: unknown = {}): Promise<any> {
    const answer = await this.post("/graphql", { query, variables });
    const { data, errors } = (await answer.json()) as Answer<unknown>;
    const [error] = errors ?? [];
    if (error) throw new Refused(error.extensions.code, error.message);
    return data;
  }

  /** Runs a mutation with one input. @throws Refused */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests read what they asked for
  async mutate(mutation: string, input: object, selection = "id name"): Promise<any> {
    const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`;
    return (await this.run(`mutation M($input: ${type}!) { ${mutation}(input: $input) { ${selection} } }`, { input }))[
      mutation
    ];
  }

  /** Fields of the record of that id. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests read what they asked for
  async read(type: string, id: string, selection: string): Promise<any> {
    return (await this.run(`query R($id: ID!) { node(id: $id) { ... on ${type} { ${selection} } } }`, { id })).node;
  }

  async becomes(type: string, id: string, selection: string, expected: object, seconds = 120): Promise<void> {
    const look = () => this.read(type, id, selection).catch(() => null);
    // Also from hooks, where a poll of expect may not be.
    const how = { timeout: seconds * 1000, interval: 250 };
    await vi.waitFor(async () => expect(await look()).toMatchObject(expected), how);
  }

  /** Looks until it is as wanted, and gives what was seen then. @throws with what was seen last */
  poll<T>(look: () => T | Promise<T>, asWanted: (seen: T) => boolean, seconds = 120): Promise<T> {
    const once = async () => {
      const seen = await look();
      if (!asWanted(seen)) throw new Error(`Not as wanted: ${JSON.stringify(seen)}`);
      return seen;
    };
    return vi.waitFor(once, { timeout: seconds * 1000, interval: 250 });
  }

  /** The record of a build or training, once it has ended. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests read what they asked for
  ended(type: "Build" | "Training", id: string, selection = "", seconds = 300): Promise<any> {
    const look = () => this.read(type, id, `${TASK} log { text } ${selection}`);
    return this.poll(look, ({ task }) => ENDED.includes(task.state), seconds);
  }

  /** Resolves once a build or training has written that. */
  async wrote(type: "Build" | "Training", id: string, text: string): Promise<void> {
    await this.becomes(type, id, "log { text }", { log: { text: expect.stringContaining(text) } }, 300);
  }

  /** Makes the project from its folder and builds it. */
  async makeProject(models: readonly string[] = []): Promise<void> {
    await this.mutate("createProject", { name: this.project, homeDir: this.project, models });
    const { id } = await this.mutate("buildProject", { proj: this.project }, "id");
    expect((await this.ended("Build", id, "", 900)).task).toEqual({ state: "FINISHED", attempt: 1, error: null });
  }

  /** Makes the model `iris-clf` and its dataset `iris`. */
  async makeModel(): Promise<void> {
    const required = (name: string) => [{ name, required: true }];
    const files = { modelFiles: required("clf.txt"), dataFiles: required("measures.csv") };
    await this.mutate("createModel", { name: "iris-clf", ...files });
    const measures = [{ name: "measures.csv", text: "5.1,3.5,1.4,0.2\n" }];
    await this.mutate("createDataset", { model: "iris-clf", name: "iris", files: measures });
  }

  train(notebook: string, input: object = {}): Promise<{ id: string; name: string }> {
    return this.mutate("startTraining", { proj: this.project, notebook, ...input });
  }

  deploy(name: string, input: object): Promise<{ id: string }> {
    return this.mutate("deploy", { proj: this.project, name, ...input }, "id");
  }

  async undeploy(name: string): Promise<void> {
    await this.mutate("undeploy", { proj: this.project, name }, "id");
  }

  whenFull(deployment: string, more: object = {}): Promise<void> {
    const selection = "availability revision tasks { slot revision attempt ready }";
    return this.becomes("Deployment", deployment, selection, { availability: "FULL", ...more }, 240);
  }

  predict(deployment: string, body: unknown): Promise<Response> {
    return this.post(`/predict/${this.project}/${deployment}`, body);
  }

  fetch = (path: string): Promise<Response> => fetch(this.process.url + path);

  async upload(path: string, content: string): Promise<void> {
    const answer = await fetch(this.process.url + path, { method: "PUT", body: content });
    if (!answer.ok) throw new Error(`The upload was refused: ${await answer.text()}`);
  }

  /** Whatever a subscription tells from now on. */
  hear(query: string, variables: object): Promise<Heard> {
    return hear(`${this.process.url}/graphql/stream`, { query, variables });
  }

  /** Changes a file of the project. */
  async edit(path: string, change: (content: string) => string): Promise<void> {
    const place = join(this.folder.path, "projects", this.project, path);
    await writeFile(place, change(await readFile(place, "utf8")));
  }

  /** Writes files of the project. */
  write(files: Readonly<Record<string, string>>): Promise<void> {
    return writeTree(join(this.folder.path, "projects", this.project), files);
  }

  /** What is there of a job, ended or not. */
  runs = (job: string): string[] => this.runtime.runsOf(this.data, job);

  /** What is there of all revisions of a deployment, each with its start. */
  async replicas(deployment: string): Promise<string[]> {
    const { revisions } = await this.read("Deployment", deployment, "revisions { nodes { id } }");
    const runs = revisions.nodes.flatMap(({ id }: { id: string }) => this.runs(id)) as string[];
    return runs.map((run) => `${run} ${this.runtime.startOf(this.data, run)}`);
  }

  private post(path: string, body: unknown): Promise<Response> {
    const headers = { "content-type": "application/json" };
    return fetch(this.process.url + path, { method: "POST", headers, body: JSON.stringify(body) });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.runtime.clear(this.data, this.options.keepSteps ?? false);
    await this.folder[Symbol.asyncDispose]();
  }
}

const environmentOf = (runtime: RuntimeUnderTest, { path }: TempFolder, { settings }: WorkOptions) => ({
  MONGODB_URI: "",
  ROCAS_DATA: join(path, "data"),
  ROCAS_PROJECT_ROOTS: join(path, "projects"),
  ROCAS_TRAIN_MEMORY_MB: "400",
  ROCAS_DEPLOY_MEMORY_MB: "400",
  ...runtime.settings(path),
  ...settings,
});
