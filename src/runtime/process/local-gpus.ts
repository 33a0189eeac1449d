import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { type GpuAbility, NO_GPUS } from "../gpu-requests.js";

const LIST_MS = 60_000;
const CARD = /^GPU (\d+): .*\(UUID: GPU-[^)]+\)$/gm;

/** Returns the GPUs of this machine, as nvidia-smi on the PATH lists them. None without it. */
export async function localGpus(): Promise<GpuAbility> {
  try {
    const { stdout } = await promisify(execFile)("nvidia-smi", ["-L"], { timeout: LIST_MS });
    const devices = [...stdout.matchAll(CARD)].map(([, index = ""]) => index);
    return devices.length > 0 ? { way: "visible", devices } : NO_GPUS;
  } catch {
    return NO_GPUS;
  }
}
