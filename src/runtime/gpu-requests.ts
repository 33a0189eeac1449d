import { DomainError } from "../errors.js";

/** The GPUs of one container: named ones, or so many that the engine chooses. */
export interface GpuRequest {
  readonly count: number;
  /** Indexes, UUIDs or CDI names; null if the engine chooses. */
  readonly devices: readonly string[] | null;
}

/** How an engine gives GPUs to containers. */
export interface GpuAbility {
  /**
   * `nvidia`: by the NVIDIA container runtime. `cdi`: by devices of CDI specifications. `visible`: local processes see
   * them all, and are told by CUDA_VISIBLE_DEVICES which are theirs. Null: it cannot.
   */
  readonly way: "nvidia" | "cdi" | "visible" | null;
  /** The GPUs by the names that the engine has for them; null if it does not say. */
  readonly devices: readonly string[] | null;
}

export const NO_GPUS: GpuAbility = { way: null, devices: null };

const CDI_KIND = "nvidia.com/gpu";

/** Returns what an engine can do, given its own description (`/info`). Pure. */
export function gpuAbility(info: {
  readonly Runtimes?: Readonly<Record<string, unknown>> | null;
  readonly CDISpecDirs?: readonly string[] | null;
  readonly DiscoveredDevices?: readonly { readonly Source?: string; readonly ID?: string }[] | null;
}): GpuAbility {
  if (info.Runtimes && "nvidia" in info.Runtimes) return { way: "nvidia", devices: null };
  // Since API 1.50. The device `all` stands for the others; each may be there by its index and its UUID.
  const names = (info.DiscoveredDevices ?? []).flatMap(({ Source, ID }) => (Source === "cdi" && ID ? [ID] : []));
  const gpus = names.filter((name) => name.startsWith(`${CDI_KIND}=`));
  if (gpus.length === 0) return NO_GPUS;
  const byIndex = gpus.filter((name) => /=\d+(?::\d+)?$/.test(name));
  return { way: "cdi", devices: byIndex.length > 0 ? byIndex : gpus.filter((name) => !name.endsWith("=all")) };
}

/** Returns why an engine cannot give these GPUs, as a sentence; null if it can, or does not say. Pure. */
export function gpuRefusal({ count, devices }: GpuRequest, ability: GpuAbility): string | null {
  if (ability.way === null)
    return "The engine has no GPU to give: it needs the NVIDIA container runtime, or Docker 28.2 or newer with a CDI specification (nvidia-ctk cdi generate).";
  const cdi = devices?.find((name) => name.includes("="));
  if (cdi && ability.way !== "cdi") return "The engine has no CDI devices: name GPUs by index or UUID.";
  if (ability.devices !== null && count > ability.devices.length)
    return `The engine's machine has ${ability.devices.length} GPUs.`;
  return null;
}

/**
 * Returns the engine's `DeviceRequests` for the GPUs. Pure.
 * @throws BAD_USER_INPUT if it cannot give them
 */
export function deviceRequests(request: GpuRequest, ability: GpuAbility): object[] {
  const refusal = gpuRefusal(request, ability);
  if (refusal !== null) throw new DomainError("BAD_USER_INPUT", refusal);
  const { count, devices } = request;
  if (ability.way === "cdi") {
    const names = devices?.map((name) => (name.includes("=") ? name : `${CDI_KIND}=${name}`));
    return [{ Driver: "cdi", DeviceIDs: names ?? (ability.devices ?? []).slice(0, count) }];
  }
  // Compute and utility: the libraries of CUDA and nvidia-smi, by which the run checks what it sees.
  const common = { Driver: "nvidia", Capabilities: [["gpu", "compute", "utility"]] };
  return [devices ? { ...common, DeviceIDs: [...devices] } : { ...common, Count: count }];
}
