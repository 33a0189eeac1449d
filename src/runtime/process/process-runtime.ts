import { randomBytes } from "node:crypto";
import { access, constants, mkdir, open, rename, writeFile } from "node:fs/promises";
import { availableParallelism, totalmem } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { DomainError } from "../../errors.js";
import { endOf, printable } from "../../text/printable.js";
import { MIB } from "../../units.js";
import { checkContainer, validContainerName, validSecretFiles } from "../container-policy.js";
import {
  type AttemptName,
  ContainerRefusedError,
  type ContainerSpec,
  type EngineAbilities,
  type ObservedContainer,
  type Runtime,
} from "../runtime.js";
import { localGpus } from "./local-gpus.js";
import { type GpuCard, readGpuCards } from "../nvidia-smi.js";
import { endControlGroup } from "./control-group.js";
import { removeFolder, removeRemains, sizeMb, TEMPORARY_PREFIX } from "./folders.js";
import { isAlive, killTagged, sendSignal } from "./live-process.js";
import type { RunnableImage } from "./process-images.js";
import { runEnvironment } from "./run-environment.js";
import { fillVolume, RunFolders, type RunSpec, type RunState } from "./run-folders.js";
import { ALIVE, RunWatch } from "./run-watch.js";
import { startSupervisor } from "./start-supervisor.js";

/** The supervisor kills after 10 s, and writes the exit. */
const STOP_TIMEOUT_MS = 15_000;
/** The keeper finishes in a moment. */
const KEEPER_TIMEOUT_MS = 5_000;
const POLL_MS = 25;
const MAX_OUTPUT = 64 * 1024;
const KILLED_CODE = 137;
/** The Python of containers. Here, a project's environment has another path. */
const CONTAINER_PYTHON = "/usr/bin/python3";

export interface ProcessRuntimeOptions {
  /** `process` in the data folder, which belongs to one installation. */
  readonly root: string;
  /** Returns the version of the Python found. @throws RUNTIME_UNAVAILABLE with the command that installs one */
  readonly python: () => Promise<string>;
  /** Returns null if there is no such image. */
  readonly imageOf: (id: string) => Promise<RunnableImage | null>;
}

/**
 * Runs local processes, with the rights of this user, in place of containers. Each run has a supervisor, which outlives
 * this process. A run's state follows from its files and from its supervisor.
 */
export class ProcessRuntime implements Runtime {
  private readonly folders: RunFolders;
  private readonly watched = new RunWatch();

  constructor(private readonly options: ProcessRuntimeOptions) {
    this.folders = new RunFolders(options.root);
  }

  async engine(): Promise<string> {
    return `local processes, Python ${await this.options.python()}`;
  }

  async abilities(): Promise<EngineAbilities> {
    return {
      cpus: availableParallelism(),
      memoryMb: Math.floor(totalmem() / MIB),
      ownSharedMemory: false,
      gpus: await localGpus(),
    };
  }

  async runApiHost(): Promise<string> {
    return "127.0.0.1";
  }

  async run(container: ContainerSpec): Promise<void> {
    const name = validContainerName(container.name);
    checkContainer(container);
    validSecretFiles(container.secretFiles);
    const spec = (await this.ownSpec(name)) ?? (await this.createOnce(container));
    if ((await this.folders.state(name)) !== null) return;
    try {
      await this.start(container, spec);
    } catch (error) {
      if (error instanceof ContainerRefusedError) await removeFolder(this.folders.runs, name);
      throw error;
    }
  }

  async observe(job?: string): Promise<readonly ObservedContainer[]> {
    const specs = (await this.folders.specs()).filter((spec) => job === undefined || spec.job === job);
    return (await Promise.all(specs.map((spec) => this.observedContainers(spec)))).flat();
  }

  watch(onChange: (job: string | null) => void): Disposable {
    const watching = this.watched.add(onChange);
    // Runs of the server before this one. Those that have ended are told of, too.
    void this.folders.specs().then(async (specs) => {
      for (const spec of specs) await this.follow(spec);
      onChange(null);
    });
    return watching;
  }

  async lastOutput(name: string): Promise<string> {
    const run = this.folders.runFolder(validContainerName(name));
    const latest = await readTail(join(run, "output.log"));
    const earlier = latest.length < MAX_OUTPUT ? await readTail(join(run, "output.log.1")) : Buffer.alloc(0);
    return endOf(printable(Buffer.concat([earlier, latest]).toString("utf8")), MAX_OUTPUT);
  }

  async scratchMb(name: string): Promise<number> {
    return sizeMb(this.folders.volumeFolder(validContainerName(name)));
  }

  gpuCards(): Promise<readonly GpuCard[]> {
    return readGpuCards();
  }

  async attemptsWithVolumes(): Promise<readonly AttemptName[]> {
    for (const parent of [this.folders.runs, this.folders.volumes]) await removeRemains(parent);
    return (await this.folders.volumeSpecs()).map(({ name, job, slot, attempt }) => ({ name, job, slot, attempt }));
  }

  async stop(name: string): Promise<void> {
    const spec = (await this.ownSpec(validContainerName(name))) ?? (await this.folders.volumeSpec(name));
    if (!spec) return;
    const state = await this.folders.state(name);
    if (state && !state.exit && this.isOriginal(spec)) await this.terminate(state);
    // A supervisor that starts at this moment finds no folder, and ends.
    await removeFolder(this.folders.runs, name);
    if (this.isOriginal(spec)) await this.killRemaining(spec, state);
    await removeFolder(this.folders.volumes, name);
  }

  async removeNetwork(): Promise<void> {}

  /** Kills remaining processes through the keeper, the control group, and the id in their environment. */
  private async killRemaining({ id }: RunSpec, state: RunState | null): Promise<void> {
    // The keeper has the run's id itself, and must finish before the last step kills it.
    if (state?.keeper) await waitForExit(state.keeper, KEEPER_TIMEOUT_MS);
    await endControlGroup(state?.group, id);
    await killTagged(id);
  }

  private async terminate(state: RunState): Promise<void> {
    if (await isAlive(state)) sendSignal(state.pid, "SIGTERM");
    await waitForExit(state, STOP_TIMEOUT_MS);
  }

  /** The name is the idempotency key: the first process makes the run. */
  private async createOnce(container: ContainerSpec): Promise<RunSpec> {
    const { name, kind, job, slot, attempt, image, resources } = container;
    const id = randomBytes(16).toString("hex");
    const spec = { id, folder: this.folders.runFolder(name), name, kind, job, slot, attempt, image, resources };
    const temporary = `${TEMPORARY_PREFIX}${spec.id}`;
    await mkdir(this.folders.runFolder(temporary), { recursive: true, mode: 0o700 });
    await writeFile(join(this.folders.runFolder(temporary), "spec.json"), JSON.stringify(spec), { mode: 0o400 });
    try {
      await rename(this.folders.runFolder(temporary), this.folders.runFolder(name));
      return spec;
    } catch (error) {
      await removeFolder(this.folders.runs, temporary);
      if (!["ENOTEMPTY", "EEXIST"].includes(String((error as NodeJS.ErrnoException).code))) throw error;
      return (await this.ownSpec(name)) ?? spec;
    }
  }

  private async start(container: ContainerSpec, spec: RunSpec): Promise<void> {
    const { name } = spec;
    // The image is looked up after the run is written: from then on it is in use and stays.
    const image = await this.options.imageOf(container.image);
    if (!image) throw new ContainerRefusedError(`There is no image ${container.image}; build it again.`);
    const program = await programOf(container, image);
    const volume = this.folders.volumeFolder(name);
    await fillVolume(volume, spec, container.secretFiles);
    const env = runEnvironment(container, { image, id: spec.id, volume, own: process.env });
    await startSupervisor({ run: this.folders.runFolder(name), volume, image, program, env });
    await this.follow(spec);
    this.watched.tell(spec.job);
  }

  private follow(spec: RunSpec): Promise<void> {
    return this.watched.follow(spec, join(this.folders.runFolder(spec.name), ALIVE));
  }

  private async observedContainers(spec: RunSpec): Promise<ObservedContainer[]> {
    const { id, name, job, slot, attempt, kind } = spec;
    const common = { id, name, job, slot, attempt };
    const state = await this.folders.state(name);
    if (!state) return [{ ...common, state: "CREATED", endpoint: null, startedAt: null, exit: null }];
    const startedAt = new Date(state.startedAt * 1000);
    if (!state.exit && this.isOriginal(spec) && (await isAlive(state))) {
      const endpoint = kind === "deploy" && state.port ? `http://127.0.0.1:${state.port}` : null;
      return [{ ...common, state: "RUNNING", endpoint, startedAt, exit: null }];
    }
    // The supervisor may have written the exit after the first look.
    const last = await this.folders.state(name);
    if (!last) return [];
    // A killed supervisor leaves processes without supervision.
    if (!last.exit && this.isOriginal(spec)) await this.killRemaining(spec, last);
    const exit = last.exit ?? { code: KILLED_CODE, outOfMemory: false };
    return [{ ...common, state: "EXITED", endpoint: null, startedAt, exit }];
  }

  /** True unless the folder is a copy: its processes belong to the original. */
  private isOriginal({ folder, name }: RunSpec): boolean {
    return folder === this.folders.runFolder(name);
  }

  /** @throws CONFLICT if foreign files have the name */
  private async ownSpec(name: string): Promise<RunSpec | null> {
    const spec = await this.folders.spec(name);
    if (spec) return spec;
    const folder = this.folders.runFolder(name);
    const isThere = await access(folder, constants.F_OK).then(
      () => true,
      () => false,
    );
    // Another process may have made it since the first look.
    if (!isThere) return null;
    const now = await this.folders.spec(name);
    if (!now) throw new DomainError("CONFLICT", `The folder ${folder} is no run of ours.`);
    return now;
  }
}

/** Resolves once the process has ended, or after the milliseconds. */
async function waitForExit(process: Parameters<typeof isAlive>[0], within: number): Promise<void> {
  const until = performance.now() + within;
  while (performance.now() < until && (await isAlive(process))) await delay(POLL_MS);
}

async function programOf({ command }: ContainerSpec, { tree, python }: RunnableImage): Promise<string[]> {
  const [named = "", ...words] = command;
  const program = named === CONTAINER_PYTHON ? python : join(tree, named);
  try {
    await access(program, constants.X_OK);
  } catch (cause) {
    throw new ContainerRefusedError(`The image has no program ${named}; build it again.`, { cause });
  }
  return [program, ...words];
}

async function readTail(path: string): Promise<Buffer> {
  const file = await open(path, "r").catch(() => null);
  if (!file) return Buffer.alloc(0);
  try {
    const { size } = await file.stat();
    // The cut may split an escape sequence. So more is kept here than is returned.
    const length = Math.min(size, 2 * MAX_OUTPUT);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
