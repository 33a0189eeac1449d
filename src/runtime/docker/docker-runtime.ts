import { setTimeout as pause } from "node:timers/promises";
import { DomainError } from "../../errors.js";
import { jittered } from "../../jitter.js";
import { MIB } from "../../units.js";
import {
  containerLabels,
  createContainerBody,
  scratchVolume,
  SERVICE_PORT,
  STATE_FOLDER,
  validContainerName,
} from "../container-policy.js";
import { EngineRefusal } from "../engine-refusal.js";
import { gpuAbility, NO_GPUS } from "../gpu-requests.js";
import { type GpuCard, readGpuCards } from "../nvidia-smi.js";
import {
  type AttemptName,
  ContainerRefusedError,
  type ContainerSpec,
  type ContainerState,
  type EngineAbilities,
  type ObservedContainer,
  type Runtime,
} from "../runtime.js";
import { readLastOutput } from "./container-output.js";
import type { DockerEngine } from "./docker-engine.js";
import { ensureNetwork, removeEmptyNetwork } from "./docker-network.js";
import {
  attemptsWithVolumes,
  declaredVolumesError,
  ensureVolumes,
  fillVolumes,
  removeVolumes,
} from "./docker-volumes.js";
import type { EngineContainer, EngineImage } from "./engine-answers.js";
import { hasStatus, runtimeUnavailable } from "./engine-dial.js";
import { containerIn, dialectOf, isCopyCollision } from "./engine-dialect.js";
import { EventStream } from "./event-stream.js";
import { noPython } from "./no-python.js";
import { VolumeSizes } from "./volume-sizes.js";

const STOP_SECONDS = 10;
const VISIBLE_TIMEOUT_MS = 20_000;
const REMOVAL_TIMEOUT_MS = 20_000;
const OUTPUT_LINES = 1_000;
const OUTPUT_TIMEOUT_MS = 30_000;
const MAX_CONCURRENT = 8;
/** Copies of two processes into one volume, which Podman refuses. */
const [MAX_COLLISIONS, COLLISION_MS] = [10, 300];

/** Runs containers on a Docker engine. All objects of ours have the cluster's label; others are never touched. */
export class DockerRuntime implements Runtime {
  private readonly docker: DockerEngine;
  private readonly cluster: string;
  private readonly sizes: VolumeSizes;
  private readonly isLocal: boolean;

  /**
   * @param cluster small letters, digits, dashes and underscores; the same for all processes on one store
   * @param isLocal true if the engine runs on this machine
   */
  constructor({ docker, cluster, isLocal = false }: { docker: DockerEngine; cluster: string; isLocal?: boolean }) {
    if (!/^[a-z0-9][a-z0-9_-]{0,62}$/.test(cluster))
      throw new Error(`${JSON.stringify(cluster)} is no id of a cluster.`);
    this.docker = docker;
    this.cluster = cluster;
    this.isLocal = isLocal;
    this.sizes = new VolumeSizes(docker, cluster);
  }

  async engine(): Promise<string> {
    return dialectOf(await this.docker.version()).name;
  }

  async abilities(): Promise<EngineAbilities> {
    const info = await this.docker.info();
    return {
      cpus: info.NCPU,
      memoryMb: Math.floor(info.MemTotal / MIB),
      ownSharedMemory: true,
      gpus: gpuAbility(info),
    };
  }

  async runApiHost(): Promise<string> {
    return (await ensureNetwork(this.docker, this.cluster)).gateway;
  }

  async run(container: ContainerSpec): Promise<void> {
    for (let collisions = 0; ; collisions += 1)
      try {
        return await this.runOnce(container);
      } catch (error) {
        if (collisions === MAX_COLLISIONS || !isCopyCollision(error)) throw error;
        await pause(jittered(COLLISION_MS));
      }
  }

  private async runOnce(container: ContainerSpec): Promise<void> {
    const name = validContainerName(container.name);
    const found = (await this.ownContainer(name)) ?? (await this.create(container));
    if (found.State.Status !== "created") return;
    // A crash before the start leaves volumes that may be empty. So they are filled again.
    await fillVolumes(this.docker, found.Id, container);
    const missing = missingPackage(container, found);
    if (missing) await this.docker.putArchive(found.Id, STATE_FOLDER, await missing.archive());
    try {
      await this.start(found.Id);
    } catch (error) {
      throw missing ? noPython(error) : error;
    }
  }

  async observe(job?: string): Promise<readonly ObservedContainer[]> {
    const label = [`rocas.cluster=${this.cluster}`, ...(job === undefined ? [] : [`rocas.job=${job}`])];
    const entries = await this.docker.containers({ label });
    const observed: ObservedContainer[] = [];
    for (let from = 0; from < entries.length; from += MAX_CONCURRENT) {
      const batch = entries.slice(from, from + MAX_CONCURRENT);
      const found = await Promise.all(batch.map((each) => this.docker.container(each.Id)));
      observed.push(...found.flatMap((each) => observedContainer(each, `rocas-${this.cluster}`)));
    }
    return observed;
  }

  async lastOutput(name: string): Promise<string> {
    const found = await this.ownContainer(validContainerName(name));
    const frames = found && (await this.output(found.Id));
    return frames ? readLastOutput(frames) : "";
  }

  watch(onChange: (job: string | null) => void): Disposable {
    return new EventStream(this.docker, this.cluster, onChange);
  }

  async scratchMb(name: string, maxAgeMs: number): Promise<number> {
    return this.sizes.of(scratchVolume(name), maxAgeMs);
  }

  async gpuCards(): Promise<readonly GpuCard[]> {
    return this.isLocal ? readGpuCards() : [];
  }

  attemptsWithVolumes(): Promise<readonly AttemptName[]> {
    return attemptsWithVolumes(this.docker, this.cluster);
  }

  async stop(name: string): Promise<void> {
    const found = await this.ownContainer(validContainerName(name));
    if (found) {
      await this.docker.stopContainer(found.Id, STOP_SECONDS);
      await this.removeContainer(found.Id);
    }
    await removeVolumes(this.docker, name, this.cluster);
  }

  async removeNetwork(): Promise<void> {
    if ((await this.observe()).length === 0) await removeEmptyNetwork(this.docker, this.cluster);
  }

  /** Returns null if the engine refuses, since an observation decides nothing. */
  private async output(id: string) {
    try {
      return await this.docker.output(id, OUTPUT_LINES, AbortSignal.timeout(OUTPUT_TIMEOUT_MS));
    } catch (error) {
      if (error instanceof EngineRefusal) return null;
      throw error;
    }
  }

  private async start(id: string): Promise<void> {
    try {
      await this.docker.startContainer(id);
    } catch (error) {
      if (!hasStatus(error, 400, 404)) throw error;
      // Another process may have made the network at the same time. There were two for a moment, and no start on
      // either.
      await ensureNetwork(this.docker, this.cluster);
      await asRefusal(this.docker.startContainer(id));
    }
  }

  private async create(container: ContainerSpec): Promise<EngineContainer> {
    const { name } = container;
    const network = await ensureNetwork(this.docker, this.cluster);
    // First, so that nothing that is refused reaches the engine.
    const gpus = container.resources.gpus ? gpuAbility(await this.docker.info()) : NO_GPUS;
    const body = createContainerBody(container, { cluster: this.cluster, network: network.id, gpus });
    const missing = missingPackage(container, await this.checkImage(container.image));
    await ensureVolumes(this.docker, name, containerLabels(container, this.cluster));
    const whole = containerIn(await this.docker.dialect(), body);
    return this.createOnce(name, missing ? { ...whole, Entrypoint: missing.command } : whole);
  }

  /**
   * The name is the idempotency key: the first process makes the container. It is visible a moment after the name is
   * taken.
   */
  private async createOnce(name: string, body: object): Promise<EngineContainer> {
    const until = performance.now() + VISIBLE_TIMEOUT_MS;
    for (;;) {
      try {
        await asRefusal(this.docker.createContainer(name, body));
      } catch (error) {
        if (!hasStatus(error, 409)) throw error;
      }
      const found = await this.ownContainer(name);
      if (found) return found;
      if (performance.now() > until)
        throw runtimeUnavailable(`The engine does not show the container ${name} that it has.`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  private async checkImage(id: string): Promise<EngineImage> {
    const image = await this.docker.image(id);
    if (!image) throw new ContainerRefusedError(`The engine has no image ${id}; build it again.`);
    const volumesError = declaredVolumesError(image);
    if (volumesError) throw new ContainerRefusedError(volumesError);
    return image;
  }

  /** @throws CONFLICT if the name belongs to a foreign container */
  private async ownContainer(name: string): Promise<EngineContainer | null> {
    const found = await this.docker.container(name);
    if (found && found.Config.Labels?.["rocas.cluster"] !== this.cluster)
      throw new DomainError("CONFLICT", `The engine has a container ${name} that is not ours.`);
    return found;
  }

  private async removeContainer(id: string): Promise<void> {
    const until = performance.now() + REMOVAL_TIMEOUT_MS;
    while (performance.now() < until) {
      try {
        await this.docker.removeContainer(id);
      } catch (error) {
        // Another removal is under way.
        if (!hasStatus(error, 409)) throw error;
      }
      if (!(await this.docker.container(id))) return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    throw runtimeUnavailable(`The engine did not remove the container ${id}.`);
  }
}

async function asRefusal<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    // The image, or the program in it, is missing; or the engine does not accept the request.
    if (hasStatus(error, 400, 404)) throw new ContainerRefusedError((error as EngineRefusal).message, { cause: error });
    throw error;
  }
}

const STATES: Record<EngineContainer["State"]["Status"], ContainerState> = {
  created: "CREATED",
  running: "RUNNING",
  paused: "RUNNING",
  restarting: "RUNNING",
  removing: "EXITED",
  exited: "EXITED",
  dead: "EXITED",
};

/** Returns what is given for an image without the package; undefined if it has it. A container has its image's labels. */
const missingPackage = ({ forAnyImage }: ContainerSpec, { Config }: EngineImage | EngineContainer) =>
  "rocas.onboard" in (Config?.Labels ?? {}) ? undefined : forAnyImage;

/** Returns nothing if the container went after it was listed, or if it belongs to no job. */
function observedContainer(container: EngineContainer | null, network: string): ObservedContainer[] {
  const labels = container?.Config.Labels;
  const [slot, attempt] = [Number(labels?.["rocas.slot"]), Number(labels?.["rocas.attempt"])];
  if (!container || !labels?.["rocas.job"] || !Number.isSafeInteger(slot) || !Number.isSafeInteger(attempt)) return [];
  const state = STATES[container.State.Status];
  const address = container.NetworkSettings.Networks?.[network]?.IPAddress;
  const serves = state === "RUNNING" && labels["rocas.kind"] === "deploy" && address;
  const startedAt = new Date(container.State.StartedAt);
  return [
    {
      name: container.Name.replace(/^\//, ""),
      job: labels["rocas.job"],
      slot,
      attempt,
      id: container.Id,
      state,
      endpoint: serves ? `http://${address}:${SERVICE_PORT}` : null,
      // The engine writes "never" as the year 1.
      startedAt: startedAt.getTime() > 0 ? startedAt : null,
      exit: state === "EXITED" ? { code: container.State.ExitCode, outOfMemory: container.State.OOMKilled } : null,
    },
  ];
}
