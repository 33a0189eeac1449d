import { DomainError } from "../../errors.js";
import { checkedContainerName } from "../container-name.js";
import { containerBody, labelsOf, scratchVolume } from "../container-policy.js";
import {
  ContainerRefusedError,
  type ContainerSpec,
  type NamedAttempt,
  type Replica,
  type Runtime,
} from "../runtime.js";
import { lastOutputOf } from "./container-output.js";
import { declaredVolumes } from "./declared-volumes.js";
import type { DockerEngine } from "./docker-engine.js";
import { clusterNetwork, removeEmptyNetwork } from "./docker-network.js";
import type { SeenContainer } from "./engine-answers.js";
import { EngineRefusal, hasStatus, unavailable } from "./engine-errors.js";
import { attemptsWithVolumes, fillVolumes, makeVolumes, removeVolumes } from "./job-volumes.js";
import { replicaOf } from "./replica-of.js";
import { ScratchSizes } from "./scratch-sizes.js";

const STOP_SECONDS = 10;
const SHOWN_WITHIN = 20_000;
const GONE_WITHIN = 20_000;
const OUTPUT_LINES = 1_000;
const OUTPUT_TIMEOUT = 30_000;
const AT_ONCE = 8;

/** Containers on a Docker engine. Everything of ours carries the cluster's label; nothing else is ever touched. */
export class DockerRuntime implements Runtime {
  private readonly docker: DockerEngine;
  private readonly cluster: string;
  private readonly sizes: ScratchSizes;

  /** @param cluster small letters, digits, dashes and underscores; the same for every process on one store. */
  constructor({ docker, cluster }: { docker: DockerEngine; cluster: string }) {
    if (!/^[a-z0-9][a-z0-9_-]{0,62}$/.test(cluster))
      throw new Error(`${JSON.stringify(cluster)} is no id of a cluster.`);
    this.docker = docker;
    this.cluster = cluster;
    this.sizes = new ScratchSizes(docker, cluster);
  }

  async engine(): Promise<string> {
    return `Docker ${(await this.docker.version()).Version}`;
  }

  async runHost(): Promise<string> {
    return (await clusterNetwork(this.docker, this.cluster)).gateway;
  }

  async run(container: ContainerSpec): Promise<void> {
    const name = checkedContainerName(container.name);
    const seen = (await this.ours(name)) ?? (await this.create(container));
    if (seen.State.Status !== "created") return;
    // A crash before the start leaves a container whose volumes may be empty: they are filled again.
    await fillVolumes(this.docker, seen.Id, container);
    await this.start(seen.Id);
  }

  async observe(job?: string): Promise<readonly Replica[]> {
    const label = [`rocas.cluster=${this.cluster}`, ...(job === undefined ? [] : [`rocas.job=${job}`])];
    const listed = await this.docker.containers({ label });
    const replicas: Replica[] = [];
    for (let from = 0; from < listed.length; from += AT_ONCE) {
      const some = listed.slice(from, from + AT_ONCE);
      const seen = await Promise.all(some.map((each) => this.docker.container(each.Id)));
      replicas.push(...seen.flatMap((each) => replicaOf(each, `rocas-${this.cluster}`)));
    }
    return replicas;
  }

  async lastOutput(name: string): Promise<string> {
    const seen = await this.ours(checkedContainerName(name));
    const frames = seen && (await this.output(seen.Id));
    return frames ? lastOutputOf(frames) : "";
  }

  async scratchMb(name: string): Promise<number> {
    return this.sizes.of(scratchVolume(name));
  }

  attemptsWithVolumes(): Promise<readonly NamedAttempt[]> {
    return attemptsWithVolumes(this.docker, this.cluster);
  }

  async stop(name: string): Promise<void> {
    const seen = await this.ours(checkedContainerName(name));
    if (seen) {
      await this.docker.stopContainer(seen.Id, STOP_SECONDS);
      await this.removed(seen.Id);
    }
    await removeVolumes(this.docker, name, this.cluster);
  }

  async leave(): Promise<void> {
    if ((await this.observe()).length === 0) await removeEmptyNetwork(this.docker, this.cluster);
  }

  /** Null if the engine refuses: what only observes decides nothing. */
  private async output(id: string) {
    try {
      return await this.docker.output(id, OUTPUT_LINES, AbortSignal.timeout(OUTPUT_TIMEOUT));
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
      // If another process made the network at the same time, there were two for a moment, and no start on either.
      await clusterNetwork(this.docker, this.cluster);
      await refusing(this.docker.startContainer(id));
    }
  }

  private async create(container: ContainerSpec): Promise<SeenContainer> {
    const { name } = container;
    const network = await clusterNetwork(this.docker, this.cluster);
    const body = containerBody(container, { cluster: this.cluster, network: network.id });
    await this.checkImage(container.image);
    await makeVolumes(this.docker, name, labelsOf(container, this.cluster));
    return this.made(name, body);
  }

  /** The name is the idempotency key: whoever of ours is first makes it, and it shows a moment after it is taken. */
  private async made(name: string, body: object): Promise<SeenContainer> {
    const until = performance.now() + SHOWN_WITHIN;
    for (;;) {
      try {
        await refusing(this.docker.createContainer(name, body));
      } catch (error) {
        if (!hasStatus(error, 409)) throw error;
      }
      const seen = await this.ours(name);
      if (seen) return seen;
      if (performance.now() > until) throw unavailable(`The engine does not show the container ${name} that it has.`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  private async checkImage(id: string): Promise<void> {
    const image = await this.docker.image(id);
    if (!image) throw new ContainerRefusedError(`The engine has no image ${id}; build it again.`);
    const declared = declaredVolumes(image);
    if (declared) throw new ContainerRefusedError(declared);
  }

  /** @throws CONFLICT if the name is somebody else's. */
  private async ours(name: string): Promise<SeenContainer | null> {
    const seen = await this.docker.container(name);
    if (seen && seen.Config.Labels?.["rocas.cluster"] !== this.cluster)
      throw new DomainError("CONFLICT", `The engine has a container ${name} that is not ours.`);
    return seen;
  }

  private async removed(id: string): Promise<void> {
    const until = performance.now() + GONE_WITHIN;
    while (performance.now() < until) {
      try {
        await this.docker.removeContainer(id);
      } catch (error) {
        // Another removal of it is under way.
        if (!hasStatus(error, 409)) throw error;
      }
      if (!(await this.docker.container(id))) return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    throw unavailable(`The engine did not remove the container ${id}.`);
  }
}

async function refusing<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    // No such image, no such program in it, a body that it does not take.
    if (hasStatus(error, 400, 404)) throw new ContainerRefusedError((error as EngineRefusal).message, { cause: error });
    throw error;
  }
}
