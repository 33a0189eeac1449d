import { DomainError } from "../errors.js";
import { MIB } from "../units.js";
import { deviceRequests, type GpuAbility, NO_GPUS } from "./gpu-requests.js";
import type { ContainerSpec, Resources } from "./runtime.js";

/** The path of a container's scratch volume. */
export const SCRATCH_FOLDER = "/scratch";

const MAX_SECRET_BYTES = 256 * 1024;

/** Returns the files. @throws BAD_USER_INPUT if a name could lead elsewhere, or they are too large */
export function validSecretFiles(secretFiles: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const size = Object.values(secretFiles).reduce((sum, content) => sum + Buffer.byteLength(content), 0);
  if (size > MAX_SECRET_BYTES || !Object.keys(secretFiles).every((name) => /^[a-z][a-z0-9-]{0,62}$/.test(name)))
    throw new DomainError(
      "BAD_USER_INPUT",
      "Secret files have names of small letters, digits and dashes, and 256 KiB together.",
    );
  return secretFiles;
}

/** Returns the container's name, which its purpose decides: a repeated call finds the earlier container. */
export const containerName = ({
  kind,
  job,
  slot,
  attempt,
}: Pick<ContainerSpec, "kind" | "job" | "slot" | "attempt">) =>
  kind === "train" ? `rocas-train-${job}-a${attempt}` : `rocas-deploy-${job}-r${slot}-a${attempt}`;

const CONTAINER_NAME = /^rocas-(?:train|deploy)-[a-z0-9][a-z0-9_-]{0,99}-a[0-9]{1,9}$/;

/** @throws BAD_USER_INPUT for any other name: it never reaches the engine. */
export function validContainerName(name: string): string {
  if (!CONTAINER_NAME.test(name))
    throw new DomainError("BAD_USER_INPUT", `${JSON.stringify(name.slice(0, 200))} is no name of a container of ours.`);
  return name;
}

const VARIABLE_NAME = /^[A-Z_][A-Z0-9_]{0,99}$/;
/** These choose what a program loads and searches, or belong to Rocas. */
const RESERVED = /^(?:LD_|PYTHON|ROCAS_|DOCKER_)|^PATH$/;
const UNPRINTABLE = /[\u0000-\u001f\u007f]/;
const MAX_VARIABLES = 100;
const MAX_ENV_BYTES = 32 * 1024;

/**
 * Returns a container's environment: the run listener's address, and the attempt.
 * @throws BAD_USER_INPUT if a name or value could do more than inform
 */
export function containerEnv({ env, kind, job, slot, attempt }: ContainerSpec, scratch = SCRATCH_FOLDER): string[] {
  const own: Record<string, string> = {
    // The scratch volume is as large as the container may use; /tmp lies in its memory.
    TMPDIR: `${scratch}/tmp`,
    ROCAS_JOB: job,
    ROCAS_KIND: kind,
    ROCAS_SLOT: String(slot),
    ROCAS_ATTEMPT: String(attempt),
  };
  const entries = Object.entries({ ...env, ...own });
  for (const [name, value] of entries)
    if (
      !VARIABLE_NAME.test(name) ||
      UNPRINTABLE.test(value) ||
      (RESERVED.test(name) && !(name in own) && name !== "ROCAS_RUN_URL")
    )
      throw new DomainError(
        "BAD_USER_INPUT",
        `${JSON.stringify(name.slice(0, 100))} cannot be in a container's environment: a name has capitals, digits and underscores, is none of LD_*, PATH, PYTHON*, ROCAS_* and DOCKER_*, and its value has no control characters.`,
      );
  const lines = entries.map(([name, value]) => `${name}=${value}`);
  if (lines.length > MAX_VARIABLES || Buffer.byteLength(lines.join("\n")) > MAX_ENV_BYTES)
    throw new DomainError("BAD_USER_INPUT", "A container's environment has 100 entries and 32 KiB at most.");
  return lines;
}

/** The user of every container; the base image names it `job`. */
export const JOB_USER = 10_000;
export const STATE_FOLDER = "/rocas";
/** The port at which a replica serves. */
export const SERVICE_PORT = 8080;

export const stateVolume = (name: string) => `${validContainerName(name)}-state`;
export const scratchVolume = (name: string) => `${validContainerName(name)}-scratch`;

const IMAGE_ID = /^sha256:[0-9a-f]{64}$/;

/**
 * Returns the labels of each object of ours. Images have `rocas.image.*` instead: containers inherit an image's labels.
 */
export const containerLabels = (
  { job, attempt, slot, kind }: ContainerSpec,
  cluster: string,
): Record<string, string> => ({
  "rocas.cluster": cluster,
  "rocas.job": job,
  "rocas.attempt": String(attempt),
  "rocas.slot": String(slot),
  "rocas.kind": kind,
});

/**
 * Returns the request that creates a container, with the same rules for every purpose. It grants no privilege and no
 * path or namespace of the host, and bounds everything.
 * @throws BAD_USER_INPUT if the container cannot be expressed so
 */
export function createContainerBody(
  container: ContainerSpec,
  { cluster, network, gpus = NO_GPUS }: { cluster: string; network: string; gpus?: GpuAbility },
) {
  checkContainer(container);
  const { name, image, command, resources } = container;
  return {
    Image: image,
    Entrypoint: [...command],
    Cmd: [],
    User: `${JOB_USER}:${JOB_USER}`,
    Env: containerEnv(container),
    Labels: containerLabels(container, cluster),
    // The image may name another one.
    StopSignal: "SIGTERM",
    StopTimeout: 10,
    Healthcheck: { Test: ["NONE"] },
    Tty: false,
    OpenStdin: false,
    AttachStdin: false,
    HostConfig: {
      Privileged: false,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges:true"],
      ReadonlyRootfs: true,
      Mounts: [volumeMount(stateVolume(name), STATE_FOLDER), volumeMount(scratchVolume(name), SCRATCH_FOLDER)],
      // Both lie in the container's memory. Large files go to TMPDIR.
      Tmpfs: { "/tmp": `rw,nosuid,nodev,exec,size=${resources.memoryMb}m,mode=1777` },
      ShmSize: (resources.shmMb ?? resources.memoryMb) * MIB,
      Memory: resources.memoryMb * MIB,
      MemorySwap: resources.memoryMb * MIB,
      NanoCpus: Math.round(resources.cpus * 1e9),
      PidsLimit: resources.pids,
      ...(resources.gpus && { DeviceRequests: deviceRequests(resources.gpus, gpus) }),
      Ulimits: [{ Name: "core", Soft: 0, Hard: 0 }],
      LogConfig: { Type: "json-file", Config: { "max-size": "10m", "max-file": "3" } },
      RestartPolicy: { Name: "no" },
      // A removed container would lose its exit code.
      AutoRemove: false,
      NetworkMode: network,
      IpcMode: "private",
      CgroupnsMode: "private",
      PublishAllPorts: false,
      // Nothing outside can be reached. The engine's resolver would pass names on to the host's resolver.
      Dns: ["127.0.0.1"],
      // A program that resolves a name fails after seconds instead of twenty.
      DnsOptions: ["timeout:1", "attempts:1"],
    },
  };
}

// NoCopy: otherwise the image's files there would come into the volume, with their owners and links.
const volumeMount = (name: string, folder: string) => ({
  Type: "volume" as const,
  Source: name,
  Target: folder,
  ReadOnly: false,
  VolumeOptions: { NoCopy: true },
});

/** @throws BAD_USER_INPUT if the name is another container's, or something is unbounded */
export function checkContainer(container: ContainerSpec): void {
  const whole = [container.slot, container.attempt].every((each) => Number.isSafeInteger(each) && each >= 0);
  if (!whole || validContainerName(container.name) !== containerName(container))
    throw new DomainError(
      "BAD_USER_INPUT",
      `A container of this job, slot and attempt is not named ${container.name}.`,
    );
  if (container.command.length === 0) throw new DomainError("BAD_USER_INPUT", "A container has a program to run.");
  if (!IMAGE_ID.test(container.image))
    throw new DomainError("BAD_USER_INPUT", "A container's image is named by its id, sha256: and 64 hex digits.");
  checkResources(container.resources);
}

function checkResources({ memoryMb, cpus, pids, scratchMb, shmMb }: Resources): void {
  const isBetween = (value: number, min: number, max: number) => value >= min && value <= max;
  const whole = [memoryMb, pids, scratchMb].every(Number.isSafeInteger);
  // The engine's own minimum of memory is 6 MiB; 0 would mean "unbounded" to it.
  if (!whole || !isBetween(memoryMb, 6, 2 ** 24) || !isBetween(pids, 1, 2 ** 22) || !isBetween(scratchMb, 1, 2 ** 24))
    throw new DomainError(
      "BAD_USER_INPUT",
      "A container has whole numbers of memory (6 MiB or more), processes and scratch space.",
    );
  if (shmMb != null && !(Number.isSafeInteger(shmMb) && isBetween(shmMb, 1, memoryMb)))
    throw new DomainError("BAD_USER_INPUT", "A container has no more shared memory than memory.");
  if (!isBetween(cpus, 0.01, 1024)) throw new DomainError("BAD_USER_INPUT", "A container has 0.01 processors or more.");
}
