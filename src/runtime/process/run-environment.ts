import { delimiter, dirname, join } from "node:path";
import { containerEnv } from "../container-policy.js";
import type { GpuRequest } from "../gpu-requests.js";
import type { ContainerSpec } from "../runtime.js";
import { RUN_ID } from "./live-process.js";
import type { RunnableImage } from "./process-images.js";

/** The server's variables that a run gets: paths of programs, libraries and the GPU; language and time zone. */
const PASSED_VARIABLES =
  /^(?:PATH|LANG|LC_[A-Z]+|TZ|USER|LOGNAME|SHELL|LD_LIBRARY_PATH|CUDA_[A-Z_]+|NVIDIA_[A-Z_]+|SSL_CERT_(?:FILE|DIR)|SYSTEMROOT)$/;

/** Returns the variables by which CUDA shows a run its GPUs alone, numbered as nvidia-smi numbers them. */
const visibleGpus = (gpus: GpuRequest | null | undefined): Record<string, string> =>
  gpus
    ? {
        CUDA_DEVICE_ORDER: "PCI_BUS_ID",
        CUDA_VISIBLE_DEVICES: (gpus.devices ?? Array.from({ length: gpus.count }, (_, at) => String(at))).join(","),
      }
    : {};

/**
 * Returns a run's environment: as in a container, with paths below the run's own folder. The server's secrets are
 * settings, and are not passed on.
 * @throws BAD_USER_INPUT as `containerEnv`
 */
export function runEnvironment(
  container: ContainerSpec,
  { image, id, volume, own }: { image: RunnableImage; id: string; volume: string; own: NodeJS.ProcessEnv },
): Record<string, string> {
  const passed = Object.entries(own).flatMap(([name, value]) =>
    value !== undefined && PASSED_VARIABLES.test(name) ? [[name, value] as const] : [],
  );
  const asInContainer = containerEnv(container, join(volume, "scratch")).map((line) => {
    const at = line.indexOf("=");
    return [line.slice(0, at), line.slice(at + 1)] as const;
  });
  const programs = dirname(image.python);
  return {
    LANG: "C.UTF-8",
    ...Object.fromEntries(passed),
    ...image.env,
    ...Object.fromEntries(asInContainer),
    PATH: [programs, own["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"].join(delimiter),
    VIRTUAL_ENV: dirname(programs),
    ...visibleGpus(container.resources.gpus),
    HOME: join(volume, "work"),
    ROCAS_ROOT: volume,
    [RUN_ID]: id,
  };
}
