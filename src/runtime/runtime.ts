/** The purpose of a container; its entrypoint behaves accordingly. */
export type ContainerKind = "train" | "deploy";

/** Upper bounds of what one container may use. Every field is mandatory: nothing runs unbounded. */
export interface Resources {
  /** MiB of memory; swap is not added to it. */
  readonly memoryMb: number;
  readonly cpus: number;
  readonly pids: number;
  /** MiB on the scratch volume. */
  readonly scratchMb: number;
}

/**
 * One container: an attempt of a training, or an attempt of one slot of a deployment's revision. Nothing in it can
 * express a privilege, a host path, a device, a port or a network: the policy decides those, the same for everybody.
 */
export interface ContainerSpec {
  /** Deterministic: `rocas-train-<job>-a<attempt>` or `rocas-deploy-<job>-r<slot>-a<attempt>`. The engine's idempotency key. */
  readonly name: string;
  readonly kind: ContainerKind;
  readonly job: string;
  readonly slot: number;
  readonly attempt: number;
  /** The image id, `sha256:...`; never a tag, which may have moved on. */
  readonly image: string;
  /** The program and its arguments. What the image names as its entrypoint or command does not count. */
  readonly command: readonly string[];
  /** Not secret: where the run listener is, and the like. */
  readonly env: Readonly<Record<string, string>>;
  /** Name to content; the job's user finds them read-only (0400) in `/rocas/secrets/`, never in the environment. */
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
  /** `http://host:port` of its service as this process reaches it; null until then. */
  readonly endpoint: string | null;
  readonly startedAt: Date | null;
  readonly exit: { readonly code: number; readonly outOfMemory: boolean } | null;
}

/** An attempt, named as its container is. */
export type AttemptName = Pick<ObservedContainer, "name" | "job" | "slot" | "attempt">;

/** The engine cannot make or start this container, and trying again will not help: data on the task's record. */
export class ContainerRefusedError extends Error {}

/** The port that runs containers. */
export interface Runtime {
  /** Name and version of the engine. @throws RUNTIME_UNAVAILABLE if none answers. */
  engine(): Promise<string>;
  /** The address of this machine at which containers reach the run listener (the gateway of their network, made if it is missing). */
  runApiHost(): Promise<string>;
  /**
   * Makes what is missing of the container, its volumes and its network, and starts it if it was never started. What
   * carries its name and our labels already is left as it is: a repeated call changes nothing.
   * @throws CONFLICT if a foreign object holds the name, RUNTIME_UNAVAILABLE where the engine does not answer,
   * ContainerRefusedError where the image is missing or has nothing that can be run.
   */
  run(container: ContainerSpec): Promise<void>;
  /** Every container of ours, or of one job, running or not. */
  observe(job?: string): Promise<readonly ObservedContainer[]>;
  /** The end of what the container wrote, at most 64 KiB, control characters stripped; empty if it is gone. */
  lastOutput(name: string): Promise<string>;
  /** MiB on the container's scratch volume now; 0 where it is gone. */
  scratchMb(name: string): Promise<number>;
  /** Attempts of ours of which there are volumes, with their container or without: an answer to its removal may be lost. */
  attemptsWithVolumes(): Promise<readonly AttemptName[]>;
  /** SIGTERM, 10 s, SIGKILL, remove with its volumes. Resolves once it is confirmed gone, also when no such container exists. */
  stop(name: string): Promise<void>;
  /** Removes the network of this installation if it has no container. For the end of its last process. */
  removeNetwork(): Promise<void>;
}
