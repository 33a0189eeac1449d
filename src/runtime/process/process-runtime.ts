import { randomBytes } from "node:crypto";
import { access, constants, mkdir, open, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { DomainError } from "../../errors.js";
import { endOf, printable } from "../../text/printable.js";
import { checkedContainerName } from "../container-name.js";
import { checkContainer } from "../container-policy.js";
import {
  ContainerRefusedError,
  type ContainerSpec,
  type NamedAttempt,
  type Replica,
  type Runtime,
} from "../runtime.js";
import { checkedSecrets } from "../secret-files.js";
import { isAlive, killMarked, send } from "./live-process.js";
import { runEnv } from "./run-env.js";
import { RunFolders, type RunSpec, type RunState } from "./run-folders.js";
import { endRunGroup } from "./run-group.js";
import { fillVolume, MAKING, removeFolder, removeRemains, sizeMb } from "./run-volumes.js";
import type { RunnableImage } from "./runnable-image.js";
import { startSupervisor } from "./start-supervisor.js";

/** The supervisor itself kills after 10 s, and writes down how it ended. */
const STOPPED_WITHIN = 15_000;
/** The keeper's work is done in a moment. */
const KEPT_WITHIN = 5_000;
const LOOK_AGAIN = 25;
const KEPT = 64 * 1024;
const KILLED = 137;

/** The program of containers, where a project's own environment has another place. */
const PYTHON_OF_CONTAINERS = "/usr/bin/python3";

export interface ProcessRuntimeParts {
  /** `process` in the data folder, which belongs to one installation. */
  readonly root: string;
  /** Version of the Python that there is. @throws RUNTIME_UNAVAILABLE in a sentence that says what brings one */
  readonly python: () => Promise<string>;
  /** Null if there is no such image. */
  readonly imageOf: (id: string) => Promise<RunnableImage | null>;
}

/**
 * Containers that are none: processes with the rights of this user. Each has a supervisor, which outlives this process;
 * what was seen of a run is told by its files and by whether its supervisor lives.
 */
export class ProcessRuntime implements Runtime {
  private readonly folders: RunFolders;

  constructor(private readonly parts: ProcessRuntimeParts) {
    this.folders = new RunFolders(parts.root);
  }

  async engine(): Promise<string> {
    return `local processes, Python ${await this.parts.python()}`;
  }

  async runHost(): Promise<string> {
    return "127.0.0.1";
  }

  async run(container: ContainerSpec): Promise<void> {
    const name = checkedContainerName(container.name);
    checkContainer(container);
    checkedSecrets(container.secretFiles);
    const spec = (await this.ours(name)) ?? (await this.made(container));
    if ((await this.folders.state(name)) !== null) return;
    try {
      await this.start(container, spec);
    } catch (error) {
      if (error instanceof ContainerRefusedError) await removeFolder(this.folders.runs, name);
      throw error;
    }
  }

  async observe(job?: string): Promise<readonly Replica[]> {
    const specs = (await this.folders.specs()).filter((spec) => job === undefined || spec.job === job);
    return (await Promise.all(specs.map((spec) => this.replicaOf(spec)))).flat();
  }

  async lastOutput(name: string): Promise<string> {
    const run = this.folders.run(checkedContainerName(name));
    const latest = await endOfFile(join(run, "output.log"));
    const earlier = latest.length < KEPT ? await endOfFile(join(run, "output.log.1")) : Buffer.alloc(0);
    return endOf(printable(Buffer.concat([earlier, latest]).toString("utf8")), KEPT);
  }

  async scratchMb(name: string): Promise<number> {
    return sizeMb(this.folders.volume(checkedContainerName(name)));
  }

  async attemptsWithVolumes(): Promise<readonly NamedAttempt[]> {
    for (const parent of [this.folders.runs, this.folders.volumes]) await removeRemains(parent);
    return (await this.folders.allVolumes()).map(({ name, job, slot, attempt }) => ({ name, job, slot, attempt }));
  }

  async stop(name: string): Promise<void> {
    const spec = (await this.ours(checkedContainerName(name))) ?? (await this.folders.volumesOf(name));
    if (!spec) return;
    const state = await this.folders.state(name);
    if (state && !state.exit && this.isHere(spec)) await this.end(state);
    // A supervisor that begins at this moment finds no folder, and ends.
    await removeFolder(this.folders.runs, name);
    if (this.isHere(spec)) await this.killLeft(spec, state);
    await removeFolder(this.folders.volumes, name);
  }

  async leave(): Promise<void> {}

  /** By its keeper, by its control group, where it has one, and by what its processes carry. */
  private async killLeft({ id }: RunSpec, state: RunState | null): Promise<void> {
    // It carries the mark itself, and must not be killed before it has done its work.
    if (state?.keeper) await ended(state.keeper, KEPT_WITHIN);
    await endRunGroup(state?.group, id);
    await killMarked(id);
  }

  private async end(state: RunState): Promise<void> {
    if (await isAlive(state)) send(state.pid, "SIGTERM");
    await ended(state, STOPPED_WITHIN);
  }

  /** The first of our processes makes it; the name is the key. */
  private async made(container: ContainerSpec): Promise<RunSpec> {
    const { name, kind, job, slot, attempt, image, resources } = container;
    const id = randomBytes(16).toString("hex");
    const spec = { id, folder: this.folders.run(name), name, kind, job, slot, attempt, image, resources };
    const making = `${MAKING}${spec.id}`;
    await mkdir(this.folders.run(making), { recursive: true, mode: 0o700 });
    await writeFile(join(this.folders.run(making), "spec.json"), JSON.stringify(spec), { mode: 0o400 });
    try {
      await rename(this.folders.run(making), this.folders.run(name));
      return spec;
    } catch (error) {
      await removeFolder(this.folders.runs, making);
      if (!["ENOTEMPTY", "EEXIST"].includes(String((error as NodeJS.ErrnoException).code))) throw error;
      return (await this.ours(name)) ?? spec;
    }
  }

  private async start(container: ContainerSpec, spec: RunSpec): Promise<void> {
    const { name } = spec;
    // Looked for after the run is written down: from then on the image stays.
    const image = await this.parts.imageOf(container.image);
    if (!image) throw new ContainerRefusedError(`There is no image ${container.image}; build it again.`);
    const program = await programOf(container, image);
    const volume = this.folders.volume(name);
    await fillVolume(volume, spec, container.secretFiles);
    const env = runEnv(container, { image, id: spec.id, volume, own: process.env });
    await startSupervisor({ run: this.folders.run(name), volume, image, program, env });
  }

  private async replicaOf(spec: RunSpec): Promise<Replica[]> {
    const { id, name, job, slot, attempt, kind } = spec;
    const seen = { id, name, job, slot, attempt };
    const state = await this.folders.state(name);
    if (!state) return [{ ...seen, state: "CREATED", endpoint: null, startedAt: null, exit: null }];
    const startedAt = new Date(state.startedAt * 1000);
    if (!state.exit && this.isHere(spec) && (await isAlive(state))) {
      const endpoint = kind === "deploy" && state.port ? `http://127.0.0.1:${state.port}` : null;
      return [{ ...seen, state: "RUNNING", endpoint, startedAt, exit: null }];
    }
    // It may have written down its end after the first look.
    const last = await this.folders.state(name);
    if (!last) return [];
    // If the supervisor was killed, its processes are no longer watched over.
    if (!last.exit && this.isHere(spec)) await this.killLeft(spec, last);
    const exit = last.exit ?? { code: KILLED, outOfMemory: false };
    return [{ ...seen, state: "EXITED", endpoint: null, startedAt, exit }];
  }

  /** Else it is the copy of a run, whose processes are the business of the original. */
  private isHere({ folder, name }: RunSpec): boolean {
    return folder === this.folders.run(name);
  }

  /** @throws CONFLICT where somebody else's files have the name. */
  private async ours(name: string): Promise<RunSpec | null> {
    const spec = await this.folders.spec(name);
    if (spec) return spec;
    const folder = this.folders.run(name);
    const isThere = await access(folder, constants.F_OK).then(
      () => true,
      () => false,
    );
    // Between the two looks another process may have made it.
    if (!isThere) return null;
    const now = await this.folders.spec(name);
    if (!now) throw new DomainError("CONFLICT", `The folder ${folder} is no run of ours.`);
    return now;
  }
}

/** Resolves once the process has ended, or after so many milliseconds. */
async function ended(process: Parameters<typeof isAlive>[0], within: number): Promise<void> {
  const until = performance.now() + within;
  while (performance.now() < until && (await isAlive(process))) await delay(LOOK_AGAIN);
}

async function programOf({ command }: ContainerSpec, { tree, python }: RunnableImage): Promise<string[]> {
  const [named = "", ...words] = command;
  const program = named === PYTHON_OF_CONTAINERS ? python : join(tree, named);
  try {
    await access(program, constants.X_OK);
  } catch (cause) {
    throw new ContainerRefusedError(`The image has no program ${named}; build it again.`, { cause });
  }
  return [program, ...words];
}

async function endOfFile(path: string): Promise<Buffer> {
  const file = await open(path, "r").catch(() => null);
  if (!file) return Buffer.alloc(0);
  try {
    const { size } = await file.stat();
    // The part that is cut off may hold half an escape sequence; so some more is kept than is given.
    const length = Math.min(size, 2 * KEPT);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
