import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { TypedDocumentString } from "../../../src/demo/generated/graphql.js";
import { openTempFolder, type TempFolder, writeTree } from "../../support/temp-folder.js";
import { type ServerProcess, startServerProcess } from "./server-process.js";
import { engineLines, removeFromEngine } from "./story-engine.js";

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

const POLL_MS = 250;

export interface StoryOptions {
  /** The folder of the project. */
  readonly project: string;
  readonly files: Readonly<Record<string, string>>;
  /** Leaves the steps below its images on the engine: they spare the next run the installation of packages. */
  readonly keepSteps?: boolean;
}

/** A server as people start it, on the real engine: data and projects in a folder of its own, which outlive its death. */
export class StoryServer implements AsyncDisposable {
  private constructor(
    private readonly folder: TempFolder,
    private readonly keepSteps: boolean,
    private process: ServerProcess,
  ) {}

  /** It sees one project, and removes at its end what it made on the engine. */
  static async start({ project, files, keepSteps = false }: StoryOptions): Promise<StoryServer> {
    const folder = await openTempFolder();
    await writeTree(join(folder.path, "projects", project), files);
    return new StoryServer(folder, keepSteps, await startServerProcess(environmentOf(folder)));
  }

  /** As a power cut ends it. */
  kill9(): Promise<void> {
    return this.process.kill();
  }

  /** Starts it again on the same folder. */
  async restart(): Promise<void> {
    this.process = await startServerProcess(environmentOf(this.folder));
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

  async upload(path: string, content: string): Promise<void> {
    const answer = await fetch(this.process.url + path, { method: "PUT", body: content });
    if (!answer.ok) throw new Error(`The upload was refused: ${await answer.text()}`);
  }

  predict(proj: string, deployment: string, body: unknown): Promise<Response> {
    return this.post(`/predict/${proj}/${deployment}`, body);
  }

  /** Looks until it is as wanted, and gives what was seen then. @throws with what was seen last */
  async poll<T>(look: () => Promise<T>, asWanted: (seen: T) => boolean, seconds = 120): Promise<T> {
    const end = Date.now() + seconds * 1000;
    for (;;) {
      const seen = await look();
      if (asWanted(seen)) return seen;
      if (Date.now() > end) throw new Error(`Not as wanted after ${seconds} s: ${JSON.stringify(seen)}`);
      await pause(POLL_MS);
    }
  }

  /** Changes a file of a project. */
  async edit(path: string, change: (content: string) => string): Promise<void> {
    const place = join(this.folder.path, "projects", path);
    await writeFile(place, change(await readFile(place, "utf8")));
  }

  /** The ids of the containers of a job, ended ones too; the same ones in the same order. */
  containers(job: string): string[] {
    return engineLines("ps", "-aq", "--no-trunc", "--filter", `label=rocas.job=${job}`).sort();
  }

  /** When each of these containers was last started. */
  startsOf(containers: readonly string[]): string[] {
    return containers.flatMap((each) => engineLines("inspect", "-f", "{{.State.StartedAt}}", each));
  }

  private post(path: string, body: unknown): Promise<Response> {
    const headers = { "content-type": "application/json" };
    return fetch(this.process.url + path, { method: "POST", headers, body: JSON.stringify(body) });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await removeFromEngine(environmentOf(this.folder).ROCAS_DATA, this.keepSteps);
    await this.folder[Symbol.asyncDispose]();
  }
}

const environmentOf = ({ path }: TempFolder) => ({
  MONGODB_URI: "",
  ROCAS_DATA: join(path, "data"),
  ROCAS_PROJECT_ROOTS: join(path, "projects"),
  ROCAS_TRAIN_MEMORY_MB: "768",
  ROCAS_DEPLOY_MEMORY_MB: "512",
});
