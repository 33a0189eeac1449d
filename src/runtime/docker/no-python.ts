import { ContainerRefusedError } from "../runtime.js";

/** Says what is wrong if the engine found no program: the engine tells of a path alone. */
export function noPython(error: unknown): unknown {
  if (!(error instanceof ContainerRefusedError) || !error.message.includes("python3")) return error;
  const right = "Let its Dockerfile install Python 3.8 or newer as `python3` on its PATH, or start FROM rocas/onboard.";
  return new ContainerRefusedError(`The image has no python3 that can be started. ${right} (${error.message})`, {
    cause: error,
  });
}
