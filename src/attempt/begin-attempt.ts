import type { App } from "../app.js";
import { DomainError } from "../errors.js";
import type { ResourceProfile } from "../graph/resource-profile.js";
import type { Job, Slot } from "../jobs/job.js";
import type { JobUpdate, Lease } from "../jobs/lease.js";
import { ANY_IMAGE_ENTRYPOINT, packageArchive } from "../onboard/any-image.js";
import { containerName } from "../runtime/container-policy.js";
import { type ContainerKind, ContainerRefusedError, type ContainerSpec } from "../runtime/runtime.js";
import { runUrl } from "./run-address.js";
import { envFile } from "./secret-env.js";
import { runToken, runTokenHash } from "./run-token.js";

/** The program of the base image. With -I, it imports nothing from the project's folder or from PYTHON variables. */
export const ENTRYPOINT = ["/usr/bin/python3", "-I", "-m", "rocas.entrypoint"];

const kindOfContainer = ({ kind }: Pick<Job, "kind">): ContainerKind => (kind === "TRAIN" ? "train" : "deploy");

const nameOfContainer = (job: Pick<Job, "_id" | "kind">, slot: number, attempt: number): string =>
  containerName({ kind: kindOfContainer(job), job: job._id, slot, attempt });

/**
 * Returns the container of the attempt that a slot is at, the same at each call.
 * @throws RUNTIME_UNAVAILABLE; ContainerRefusedError if a treasure chest is gone
 */
async function containerSpec(app: App, job: Job, slot: number, resources: ResourceProfile): Promise<ContainerSpec> {
  const attempt = job.slots[slot]?.attempt;
  if (!attempt || job.spec.kind === "BUILD") throw new Error(`${job._id} has no attempt of slot ${slot}.`);
  const name = nameOfContainer(job, slot, attempt);
  app.runListenerDemand.raise();
  return {
    name,
    kind: kindOfContainer(job),
    job: job._id,
    slot,
    attempt,
    image: job.spec.image,
    command: ENTRYPOINT,
    forAnyImage: { command: ANY_IMAGE_ENTRYPOINT, archive: packageArchive },
    env: { ROCAS_RUN_URL: await runUrl(app) },
    secretFiles: { token: runToken(app.vault, name), ...(await envFile(app, job)) },
    resources: {
      memoryMb: resources.memory_mb,
      cpus: resources.cpus,
      pids: resources.pids,
      scratchMb: resources.scratch_mb,
      shmMb: resources.shm_mb ?? null,
      gpus: resources.gpus ? { count: resources.gpus, devices: resources.gpu_devices ?? null } : null,
    },
  };
}

/** Returns fields of one slot under their paths in the job, for an update or a filter. */
export const slotPaths = (slot: number, fields: Readonly<Record<string, unknown>> | Partial<Slot>): object =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [`slots.${slot}.${name}`, value]));

/** Stops containers and resolves once they are gone. @throws LeaseLost, RUNTIME_UNAVAILABLE */
export async function stopContainers({ runtime }: App, { signal }: Lease, names: readonly string[]): Promise<void> {
  signal.throwIfAborted();
  await Promise.all(names.map((name) => runtime.stop(name)));
}

/**
 * Begins the next attempt of a slot. Containers of earlier attempts go first, so that no two run at a time. The attempt is
 * stored before the engine is asked for its container: after a crash in between, the next tick makes the container.
 * @param also further fields of the same write.
 * @throws LeaseLost, RUNTIME_UNAVAILABLE
 */
export async function beginAttempt(
  app: App,
  lease: Lease,
  slot: number,
  leftovers: readonly string[],
  now: Date,
  also: JobUpdate["$set"] = {},
): Promise<void> {
  await stopContainers(app, lease, leftovers);
  const before = lease.job.slots[slot]?.attempt ?? 0;
  const container = nameOfContainer(lease.job, slot, before + 1);
  const fields: Partial<Slot> = {
    attempt: before + 1,
    container,
    token_hash: runTokenHash(app.vault, container),
    intended_at: now,
    claimed_at: null,
    heartbeat_at: null,
    ready_at: null,
    progress: 0,
    completed: null,
    not_before: null,
  };
  const only = { desired: "RUN" as const, [`slots.${slot}.attempt`]: before };
  await lease.write({ $set: { ...also, ...slotPaths(slot, fields) } }, only);
}

/**
 * Starts the container of the attempt that a slot is at, or makes what is missing of it.
 * @returns why the engine never will, as for an image that is gone or a name that is taken; or null.
 * @throws RUNTIME_UNAVAILABLE
 */
export async function startContainer(
  app: App,
  job: Job,
  slot: number,
  resources: ResourceProfile,
): Promise<string | null> {
  try {
    await app.runtime.run(await containerSpec(app, job, slot, resources));
    return null;
  } catch (error) {
    const isRefused =
      error instanceof ContainerRefusedError || (error instanceof DomainError && error.code === "CONFLICT");
    if (!isRefused) throw error;
    return error.message;
  }
}
