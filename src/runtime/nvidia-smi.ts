import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** A job waits for it. */
const TIMEOUT_MS = 5_000;
const FIELDS = ["index", "uuid", "memory.used", "memory.total", "utilization.gpu"];

/** A GPU as this machine's driver sees it, with all that runs on it. */
export interface GpuCard {
  readonly index: string;
  readonly uuid: string;
  /** MiB. */
  readonly usedMb: number;
  readonly totalMb: number;
  /** The share of the last moments in which it was busy, in percent; null if the driver does not say. */
  readonly busy: number | null;
}

/**
 * Returns the GPUs of this machine, as `nvidia-smi` on the PATH tells of them; none without it. It is asked here and not
 * in containers, where it sees no process.
 */
export async function readGpuCards(): Promise<GpuCard[]> {
  try {
    const words = [`--query-gpu=${FIELDS.join(",")}`, "--format=csv,noheader,nounits"];
    const { stdout } = await promisify(execFile)("nvidia-smi", words, { timeout: TIMEOUT_MS });
    return stdout.split("\n").filter(Boolean).flatMap(cardOf);
  } catch {
    return [];
  }
}

/** A figure that the driver does not know is written as `[N/A]`. */
function cardOf(line: string): GpuCard[] {
  const [index = "", uuid = "", used, total, busy] = line.split(",").map((each) => each.trim());
  const [usedMb, totalMb] = [Number(used), Number(total)];
  if (!/^\d+$/.test(index) || !Number.isFinite(usedMb) || !Number.isFinite(totalMb)) return [];
  return [{ index, uuid, usedMb, totalMb, busy: /^\d+$/.test(busy ?? "") ? Number(busy) : null }];
}
