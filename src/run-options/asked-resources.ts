import { DomainError } from "../errors.js";
import type { ResourcesInput, ResourceSet as StoredSet } from "../graph/resource-profile.js";
import type { Settings } from "../settings.js";
import {
  amountFault,
  RESOURCE_NAMES,
  type ResourceName,
  RESOURCES,
  type ResourceSet,
} from "../settings/resource-set.js";

type Path = readonly (string | number)[];
type Limits = Pick<Settings, "ROCAS_PROFILES" | "ROCAS_RESOURCE_CAPS">;

/**
 * Returns the stored form of what was asked for; null if that is nothing.
 * @param path of the input
 * @throws BAD_USER_INPUT for an amount out of range, NOT_FOUND for an unknown profile, LIMIT_EXCEEDED beyond a cap
 */
export function askedResources(
  settings: Limits,
  input: ResourcesInput | null | undefined,
  path: Path,
): StoredSet | null {
  const profile = input?.profile ?? null;
  const named = RESOURCE_NAMES.flatMap((name) => (input?.[name] == null ? [] : [[name, input[name]] as const]));
  const devices = input?.gpuDevices ?? null;
  if (profile === null && named.length === 0 && devices === null) return null;
  for (const [name, amount] of named) checkAmount(settings, name, amount, [...path, name]);
  if (devices !== null) checkDevices(settings, devices, input?.gpus ?? null, [...path, "gpuDevices"]);
  if (profile !== null) checkProfile(settings, profile, [...path, "profile"]);
  return storedSet(profile, Object.fromEntries(named), devices);
}

const DEVICE =
  /^(?:\d{1,3}|(?:GPU|MIG)-[A-Za-z0-9/-]{1,80}|[a-z0-9.-]{1,60}\/[a-z0-9._-]{1,60}=[A-Za-z0-9._:-]{1,90})$/;
const MAX_DEVICES = RESOURCES.gpus.max;

function checkDevices(settings: Limits, devices: readonly string[], count: number | null, path: Path): void {
  if (count !== null && count !== devices.length)
    throw new DomainError("BAD_USER_INPUT", "GPUs that are named are counted: leave `gpus` out.", path);
  if (devices.length > MAX_DEVICES)
    throw new DomainError("LIMIT_EXCEEDED", `A container has ${MAX_DEVICES} GPUs at most.`, path);
  checkAmount(settings, "gpus", devices.length, path);
  for (const [at, name] of devices.entries())
    if (!DEVICE.test(name) || devices.indexOf(name) < at)
      throw new DomainError(
        "BAD_USER_INPUT",
        "A GPU is named once, by index (0), UUID (GPU-...) or CDI name (nvidia.com/gpu=0).",
        [...path, at],
      );
}

function checkAmount(settings: Limits, name: ResourceName, amount: number, path: Path): void {
  const fault = amountFault(name, amount);
  if (fault) throw new DomainError("BAD_USER_INPUT", fault, path);
  const cap = settings.ROCAS_RESOURCE_CAPS[name];
  if (cap !== undefined && amount > cap)
    throw new DomainError(
      "LIMIT_EXCEEDED",
      `The operator allows a container ${cap.toLocaleString("en")} ${RESOURCES[name].unit} at most (ROCAS_RESOURCE_CAPS).`,
      path,
    );
}

function checkProfile(settings: Limits, name: string, path: Path): void {
  const profile = settings.ROCAS_PROFILES.get(name);
  const known = [...settings.ROCAS_PROFILES.keys()].join(", ");
  if (!profile)
    throw new DomainError(
      "NOT_FOUND",
      known ? `There is no such profile; these are: ${known}.` : "The operator has named no profile (ROCAS_PROFILES).",
      path,
    );
  for (const each of RESOURCE_NAMES) if (profile[each] !== undefined) checkAmount(settings, each, profile[each], path);
}

/** Returns resources under their stored names, with null for each that is not said. */
export const storedSet = (
  profile: string | null,
  set: ResourceSet,
  devices: readonly string[] | null = null,
): StoredSet => ({
  profile,
  cpus: set.cpus ?? null,
  memory_mb: set.memoryMb ?? null,
  shm_mb: set.shmMb ?? null,
  pids: set.pids ?? null,
  scratch_mb: set.scratchMb ?? null,
  gpus: devices ? devices.length : (set.gpus ?? null),
  gpu_devices: devices && [...devices],
});
