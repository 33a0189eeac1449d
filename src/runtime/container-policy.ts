import { DomainError } from "../errors.js";
import { containerEnv } from "./container-env.js";
import { checkedContainerName, containerName } from "./container-name.js";
import type { ContainerSpec, Resources } from "./runtime.js";
import { SCRATCH_FOLDER } from "./scratch-folder.js";

/** The user that every container runs as; the base image names it `job`. */
export const JOB_USER = 10_000;
export const STATE_FOLDER = "/rocas";
/** The port at which a replica serves. */
export const SERVICE_PORT = 8080;

export const stateVolume = (name: string) => `${checkedContainerName(name)}-state`;
export const scratchVolume = (name: string) => `${checkedContainerName(name)}-scratch`;

const MIB = 1024 * 1024;
const IMAGE_ID = /^sha256:[0-9a-f]{64}$/;

/**
 * The labels of every object of ours. Images carry `rocas.image.*` instead: containers inherit the labels of their
 * image.
 */
export const labelsOf = ({ job, attempt, slot, kind }: ContainerSpec, cluster: string): Record<string, string> => ({
  "rocas.cluster": cluster,
  "rocas.job": job,
  "rocas.attempt": String(attempt),
  "rocas.slot": String(slot),
  "rocas.kind": kind,
});

/**
 * The request to create a container, the same for every purpose. No privilege, no path or
 * namespace of the host, and nothing unbounded.
 * @throws BAD_USER_INPUT if the container cannot be expressed so.
 */
export function containerBody(container: ContainerSpec, { cluster, network }: { cluster: string; network: string }) {
  checkContainer(container);
  const { name, image, command, resources } = container;
  return {
    Image: image,
    Entrypoint: [...command],
    Cmd: [],
    User: `${JOB_USER}:${JOB_USER}`,
    Env: containerEnv(container),
    Labels: labelsOf(container, cluster),
    // The image may name others.
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
      Mounts: [volume(stateVolume(name), STATE_FOLDER), volume(scratchVolume(name), SCRATCH_FOLDER)],
      // Both lie in memory and count towards the container's: no other bound is needed. Large files go to TMPDIR.
      Tmpfs: { "/tmp": `rw,nosuid,nodev,exec,size=${resources.memoryMb}m,mode=1777` },
      ShmSize: resources.memoryMb * MIB,
      Memory: resources.memoryMb * MIB,
      MemorySwap: resources.memoryMb * MIB,
      NanoCpus: Math.round(resources.cpus * 1e9),
      PidsLimit: resources.pids,
      Ulimits: [{ Name: "core", Soft: 0, Hard: 0 }],
      LogConfig: { Type: "json-file", Config: { "max-size": "10m", "max-file": "3" } },
      RestartPolicy: { Name: "no" },
      // The exit code is gone with the container.
      AutoRemove: false,
      NetworkMode: network,
      IpcMode: "private",
      CgroupnsMode: "private",
      PublishAllPorts: false,
      // Nothing outside can be reached; asking the engine's resolver would tell names to the host's one.
      Dns: ["127.0.0.1"],
      // Programs that ask for a name all the same hear after seconds, instead of twenty, that there is none.
      DnsOptions: ["timeout:1", "attempts:1"],
    },
  };
}

// NoCopy: what the image has in that place would come into the volume, with the image's owners and links.
const volume = (name: string, folder: string) => ({
  Type: "volume" as const,
  Source: name,
  Target: folder,
  ReadOnly: false,
  VolumeOptions: { NoCopy: true },
});

/** @throws BAD_USER_INPUT if the name is another one's, or something is unbounded. */
export function checkContainer(container: ContainerSpec): void {
  const whole = [container.slot, container.attempt].every((each) => Number.isSafeInteger(each) && each >= 0);
  if (!whole || checkedContainerName(container.name) !== containerName(container))
    throw new DomainError(
      "BAD_USER_INPUT",
      `A container of this job, slot and attempt is not named ${container.name}.`,
    );
  if (container.command.length === 0) throw new DomainError("BAD_USER_INPUT", "A container has a program to run.");
  if (!IMAGE_ID.test(container.image))
    throw new DomainError("BAD_USER_INPUT", "A container's image is named by its id, sha256: and 64 hex digits.");
  checkResources(container.resources);
}

function checkResources({ memoryMb, cpus, pids, scratchMb }: Resources): void {
  const within = (value: number, least: number, most: number) => value >= least && value <= most;
  const whole = [memoryMb, pids, scratchMb].every(Number.isSafeInteger);
  // The engine's own least memory is 6 MiB; 0 would mean "unbounded" to it.
  if (!whole || !within(memoryMb, 6, 2 ** 24) || !within(pids, 1, 2 ** 22) || !within(scratchMb, 1, 2 ** 24))
    throw new DomainError(
      "BAD_USER_INPUT",
      "A container has whole numbers of memory (6 MiB or more), processes and scratch space.",
    );
  if (!within(cpus, 0.01, 1024)) throw new DomainError("BAD_USER_INPUT", "A container has 0.01 processors or more.");
}
