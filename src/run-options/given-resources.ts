import type { App } from "../app.js";
import { DomainError } from "../errors.js";
import type { ResourceProfile, ResourcesInput, ResourceSet as StoredSet } from "../graph/resource-profile.js";
import { gpuRefusal } from "../runtime/gpu-requests.js";
import type { Settings } from "../settings.js";
import { RESOURCE_NAMES, type ResourceName, RESOURCES } from "../settings/resource-set.js";
import { askedResources } from "./asked-resources.js";

/** What a container is for: its defaults differ. */
export type RunKind = "train" | "deploy";

/** The resources of a container as they were asked for, and as they are given. */
export interface RunResources {
  /** Null if nothing was asked for. */
  readonly requested_resources: StoredSet | null;
  readonly resources: ResourceProfile;
}

/** Returns what a container gets if neither a request nor its project says anything. */
export const defaultResources = (settings: Settings, kind: RunKind): ResourceProfile => ({
  memory_mb: kind === "train" ? settings.ROCAS_TRAIN_MEMORY_MB : settings.ROCAS_DEPLOY_MEMORY_MB,
  cpus: settings.ROCAS_CPUS,
  pids: settings.ROCAS_PIDS,
  scratch_mb: settings.ROCAS_SCRATCH_MB,
  shm_mb: null,
  gpus: null,
  gpu_devices: null,
});

/**
 * Returns the resources that a request asks for, and those that it gets: its own, else its profile's, else those of the
 * project, else the operator's.
 * @throws BAD_USER_INPUT, NOT_FOUND or LIMIT_EXCEEDED, with the path of what is asked for
 */
export async function runResources(
  app: Pick<App, "settings" | "runtime">,
  kind: RunKind,
  input: ResourcesInput | null | undefined,
  ofProject: StoredSet | null | undefined,
): Promise<RunResources> {
  const { settings } = app;
  const path = ["input", "resources"];
  const asked = askedResources(settings, input, path);
  // A cap or a profile may have changed since the project's defaults were written.
  const defaults = askedResources(settings, ofProject && inputOf(ofProject), ["input", "proj"]);
  const layers = [asked, profileOf(settings, asked), defaults, profileOf(settings, defaults)];
  const own = defaultResources(settings, kind);
  const chosen = <N extends ResourceName>(name: N) =>
    layers.map((each) => each?.[RESOURCES[name].stored]).find((amount) => amount != null);
  const resources: ResourceProfile = {
    memory_mb: chosen("memoryMb") ?? own.memory_mb,
    cpus: chosen("cpus") ?? own.cpus,
    pids: chosen("pids") ?? own.pids,
    scratch_mb: chosen("scratchMb") ?? own.scratch_mb,
    shm_mb: chosen("shmMb") ?? null,
    gpus: chosen("gpus") || null,
    // Of the same layer as the number.
    gpu_devices: layers.find((each) => each?.gpus != null)?.gpu_devices ?? null,
  };
  const isAsked = RESOURCE_NAMES.some((name) => chosen(name) !== undefined);
  if (isAsked) await checkMachine(app, resources, path);
  return { requested_resources: asked, resources };
}

const inputOf = ({
  profile,
  cpus,
  memory_mb,
  shm_mb,
  pids,
  scratch_mb,
  gpus,
  gpu_devices,
}: StoredSet): ResourcesInput => ({
  profile: profile ?? null,
  cpus: cpus ?? null,
  memoryMb: memory_mb ?? null,
  shmMb: shm_mb ?? null,
  pids: pids ?? null,
  scratchMb: scratch_mb ?? null,
  gpus: gpus ?? null,
  gpuDevices: gpu_devices ?? null,
});

function profileOf({ ROCAS_PROFILES }: Settings, set: StoredSet | null): StoredSet | null {
  const profile = set?.profile ? ROCAS_PROFILES.get(set.profile) : undefined;
  return profile
    ? Object.fromEntries(RESOURCE_NAMES.map((name) => [RESOURCES[name].stored, profile[name] ?? null]))
    : null;
}

/** @throws LIMIT_EXCEEDED, BAD_USER_INPUT */
async function checkMachine(
  { runtime }: Pick<App, "runtime">,
  { cpus, memory_mb, shm_mb, gpus, gpu_devices }: ResourceProfile,
  path: readonly string[],
): Promise<void> {
  if (shm_mb != null && shm_mb > memory_mb)
    throw new DomainError(
      "BAD_USER_INPUT",
      `Shared memory counts towards the memory, of which the container has ${memory_mb} MiB: ask for no more than that.`,
      [...path, "shmMb"],
    );
  const machine = await runtime.abilities();
  if (shm_mb != null && !machine.ownSharedMemory)
    throw new DomainError(
      "BAD_USER_INPUT",
      "Local processes share the machine's `/dev/shm`, which has no limit for each: leave `shmMb` out.",
      [...path, "shmMb"],
    );
  const refusal = gpus ? gpuRefusal({ count: gpus, devices: gpu_devices ?? null }, machine.gpus) : null;
  if (refusal !== null)
    throw new DomainError("LIMIT_EXCEEDED", refusal, [...path, gpu_devices ? "gpuDevices" : "gpus"]);
  if (cpus > machine.cpus)
    throw new DomainError("LIMIT_EXCEEDED", `The engine's machine has ${machine.cpus} processors.`, [...path, "cpus"]);
  if (memory_mb > machine.memoryMb)
    throw new DomainError("LIMIT_EXCEEDED", `The engine's machine has ${machine.memoryMb} MiB of memory.`, [
      ...path,
      "memoryMb",
    ]);
}
