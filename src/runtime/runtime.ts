import type { GpuAbility, GpuRequest } from "./gpu-requests.js";
import type { GpuCard } from "./nvidia-smi.js";

/** The purpose of a container, which decides its entrypoint's behaviour. */
export type ContainerKind = "train" | "deploy";

/** Upper bounds of one container. All are mandatory: nothing runs unbounded. */
export interface Resources {
  /** MiB of memory; swap is not added to it. */
  readonly memoryMb: number;
  readonly cpus: number;
  readonly pids: number;
  /** MiB on the scratch volume. */
  readonly scratchMb: number;
  /** MiB of `/dev/shm`, a part of the memory; as large as that if it is left out. */
  readonly shmMb?: number | null;
  readonly gpus?: GpuRequest | null;
}

/** What the engine's machine can give to containers. */
export interface EngineAbilities {
  readonly cpus: number;
  readonly memoryMb: number;
  /** True if each container has a `/dev/shm` of its own, with a limit. */
  readonly ownSharedMemory: boolean;
  readonly gpus: GpuAbility;
}

/**
 * One container: an attempt of a training, or of one slot of a deployment's revision. It cannot express a privilege, a
 * host path, a device, a port or a network. The policy decides those, the same for all.
 */
export interface ContainerSpec {
  /**
   * Deterministic: `rocas-train-<job>-a<attempt>` or `rocas-deploy-<job>-r<slot>-a<attempt>`. The engine's idempotency
   * key.
   */
  readonly name: string;
  readonly kind: ContainerKind;
  readonly job: string;
  readonly slot: number;
  readonly attempt: number;
  /** The image id, `sha256:...`. A tag may have moved on. */
  readonly image: string;
  /** The program and its arguments, instead of the image's entrypoint and command. */
  readonly command: readonly string[];
  /** The program for an image without the label `rocas.onboard`, and an archive of it for the folder `/rocas`. */
  readonly forAnyImage?: { readonly command: readonly string[]; readonly archive: () => Promise<Buffer> };
  /** Public values, such as the address of the run listener. */
  readonly env: Readonly<Record<string, string>>;
  /** Content by name. The job's user finds them read-only (0400) in `/rocas/secrets/`, never in the environment. */
  readonly secretFiles: Readonly<Record<string, string>>;
  readonly resources: Resources;
}

export type ContainerState = "CREATED" | "RUNNING" | "EXITED";

/** The observed state of one container. */
export interface ObservedContainer {
  readonly name: string;
  readonly job: string;
  readonly slot: number;
  readonly attempt: number;
  /** The engine's id. */
  readonly id: string;
  readonly state: ContainerState;
  /** `http://host:port` of its service for this process; null until it serves. */
  readonly endpoint: string | null;
  readonly startedAt: Date | null;
  readonly exit: { readonly code: number; readonly outOfMemory: boolean } | null;
}

/** An attempt with its container's name. */
export type AttemptName = Pick<ObservedContainer, "name" | "job" | "slot" | "attempt">;

/** The engine cannot make or start this container, and a retry will not help: data on the task's record. */
export class ContainerRefusedError extends Error {}

/** The port that runs containers. */
export interface Runtime {
  /** Returns name and version of the engine. @throws RUNTIME_UNAVAILABLE if none answers */
  engine(): Promise<string>;
  /** Asks the engine what it can give. @throws RUNTIME_UNAVAILABLE if none answers */
  abilities(): Promise<EngineAbilities>;
  /**
   * Returns the address at which containers reach the run listener: their network's gateway. Makes a missing network.
   */
  runApiHost(): Promise<string>;
  /**
   * Makes what is missing of the container, its volumes and its network. Starts it if it was never started. An object
   * with its name and our labels stays as it is: a repeated call changes nothing.
   * @throws CONFLICT if a foreign object has the name; RUNTIME_UNAVAILABLE if the engine does not answer;
   * ContainerRefusedError if the image is missing or has no such program
   */
  run(container: ContainerSpec): Promise<void>;
  /** Returns all containers of ours, or of one job, running or not. */
  observe(job?: string): Promise<readonly ObservedContainer[]>;
  /** Returns the end of the container's output: at most 64 KiB, without control characters. Empty if it is gone. */
  lastOutput(name: string): Promise<string>;
  /**
   * Calls back after containers of ours have started, ended or gone, whoever did it: with the id of their job, or null
   * if any may have changed unseen, as at the beginning and after the engine was away. It is a hint: `observe` says
   * what is there. Never fails; disposing ends it.
   */
  watch(onChange: (job: string | null) => void): Disposable;
  /**
   * Returns the MiB in use on the container's scratch volume; 0 if it is gone.
   * @param maxAgeMs how old the figure may be, since some engines measure all their volumes at once
   */
  scratchMb(name: string, maxAgeMs: number): Promise<number>;
  /** Returns the GPUs of this machine with their use; none if the engine runs on another machine, or there is none. */
  gpuCards(): Promise<readonly GpuCard[]>;
  /** Returns the attempts that have volumes, with or without their container: a removal may have been cut short. */
  attemptsWithVolumes(): Promise<readonly AttemptName[]>;
  /**
   * Stops the container (SIGTERM, SIGKILL after 10 s) and removes it with its volumes. Resolves once it is confirmed
   * gone, or if it never existed.
   */
  stop(name: string): Promise<void>;
  /** Removes this installation's network if it has no container. Meant for the end of its last process. */
  removeNetwork(): Promise<void>;
}
