import { delimiter, dirname, join } from "node:path";
import { containerEnv } from "../container-env.js";
import type { ContainerSpec } from "../runtime.js";
import type { RunnableImage } from "./runnable-image.js";

/** The variables of the server that a run gets: where programs, libraries and the GPU are, language and place. */
const PASSED_ON =
  /^(?:PATH|LANG|LC_[A-Z]+|TZ|USER|LOGNAME|SHELL|LD_LIBRARY_PATH|CUDA_[A-Z_]+|NVIDIA_[A-Z_]+|SSL_CERT_(?:FILE|DIR)|SYSTEMROOT)$/;

/** By this its processes are found, whatever group and parent they have. */
export const RUN_ID = "ROCAS_RUN_ID";

/**
 * The environment of a run: as in a container, with its places below a folder of its own. None of the server's secrets,
 * which are settings, is passed on.
 * @throws BAD_USER_INPUT as `containerEnv`
 */
export function runEnv(
  container: ContainerSpec,
  { image, id, volume, own }: { image: RunnableImage; id: string; volume: string; own: NodeJS.ProcessEnv },
): Record<string, string> {
  const passedOn = Object.entries(own).flatMap(([name, value]) =>
    value !== undefined && PASSED_ON.test(name) ? [[name, value] as const] : [],
  );
  const asInContainer = containerEnv(container, join(volume, "scratch")).map((line) => {
    const at = line.indexOf("=");
    return [line.slice(0, at), line.slice(at + 1)] as const;
  });
  const programs = dirname(image.python);
  return {
    LANG: "C.UTF-8",
    ...Object.fromEntries(passedOn),
    ...image.env,
    ...Object.fromEntries(asInContainer),
    PATH: [programs, own["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"].join(delimiter),
    VIRTUAL_ENV: dirname(programs),
    HOME: join(volume, "work"),
    ROCAS_ROOT: volume,
    [RUN_ID]: id,
  };
}
