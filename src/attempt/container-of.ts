import type { App } from "../app.js";
import type { ResourceProfile } from "../graph/resource-profile.js";
import type { Job } from "../jobs/job.js";
import { containerName } from "../runtime/container-name.js";
import type { ContainerKind, ContainerSpec } from "../runtime/runtime.js";
import { runUrl } from "./run-address.js";
import { runToken } from "./run-token.js";

/** The program of the base image. -I: neither the project's folder nor a PYTHON variable decides what it imports. */
export const ENTRYPOINT = ["/usr/bin/python3", "-I", "-m", "rocas.entrypoint"];

export const kindOfContainer = ({ kind }: Pick<Job, "kind">): ContainerKind => (kind === "TRAIN" ? "train" : "deploy");

export const nameOfContainer = (job: Pick<Job, "_id" | "kind">, slot: number, attempt: number): string =>
  containerName({ kind: kindOfContainer(job), job: job._id, slot, attempt });

/** The container of the attempt that a slot is at: the same each time it is asked. @throws RUNTIME_UNAVAILABLE */
export async function containerOf(
  app: App,
  job: Job,
  slot: number,
  resources: ResourceProfile,
): Promise<ContainerSpec> {
  const attempt = job.slots[slot]?.attempt;
  if (!attempt || job.spec.kind === "BUILD") throw new Error(`${job._id} has no attempt of slot ${slot}.`);
  const name = nameOfContainer(job, slot, attempt);
  return {
    name,
    kind: kindOfContainer(job),
    job: job._id,
    slot,
    attempt,
    image: job.spec.image,
    command: ENTRYPOINT,
    env: { ROCAS_RUN_URL: await runUrl(app) },
    secretFiles: { token: runToken(app.vault, name) },
    resources: {
      memoryMb: resources.memory_mb,
      cpus: resources.cpus,
      pids: resources.pids,
      scratchMb: resources.scratch_mb,
    },
  };
}
