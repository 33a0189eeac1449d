import { createHash } from "node:crypto";
import type { App } from "../app.js";
import { DomainError } from "../errors.js";
import type { ResourceProfile } from "../graph/resource-profile.js";
import type { Job, Slot } from "../jobs/job.js";
import type { JobUpdate } from "../jobs/lease.js";
import { containerName } from "../runtime/container-policy.js";
import { type ContainerKind, ContainerRefusedError, type ContainerSpec } from "../runtime/runtime.js";
import type { Vault } from "../vault/vault.js";
import { runUrl } from "./run-address.js";

export const hashToken = (token: string): string => createHash("sha256").update(token).digest("hex");

/**
 * The run token of an attempt, from the name of its container: whoever carries the job on after a crash makes the same
 * one, and only its hash is ever stored.
 */
const runToken = (vault: Pick<Vault, "sign">, container: string): string =>
  vault.sign("run-token", container).toString("base64url");

const runTokenHash = (vault: Pick<Vault, "sign">, container: string): string => hashToken(runToken(vault, container));

/** The program of the base image. -I: neither the project's folder nor a PYTHON variable decides what it imports. */
export const ENTRYPOINT = ["/usr/bin/python3", "-I", "-m", "rocas.entrypoint"];

export const kindOfContainer = ({ kind }: Pick<Job, "kind">): ContainerKind => (kind === "TRAIN" ? "train" : "deploy");

const nameOfContainer = (job: Pick<Job, "_id" | "kind">, slot: number, attempt: number): string =>
  containerName({ kind: kindOfContainer(job), job: job._id, slot, attempt });

/** The container of the attempt that a slot is at: the same each time it is asked. @throws RUNTIME_UNAVAILABLE */
async function containerSpec(app: App, job: Job, slot: number, resources: ResourceProfile): Promise<ContainerSpec> {
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

/** The intent of the next attempt of a slot: written before the engine is asked for anything. What the one before it left is gone with it. */
export function nextAttempt(
  vault: Pick<Vault, "sign">,
  job: Job,
  index: number,
  now: Date,
): { readonly set: NonNullable<JobUpdate["$set"]>; readonly only: Record<string, unknown> } {
  const before = job.slots[index]?.attempt ?? 0;
  const container = nameOfContainer(job, index, before + 1);
  const fields: Partial<Slot> = {
    attempt: before + 1,
    container,
    token_hash: runTokenHash(vault, container),
    intended_at: now,
    claimed_at: null,
    heartbeat_at: null,
    ready_at: null,
    progress: 0,
    completed: null,
    not_before: null,
  };
  const at = Object.entries(fields).map(([name, value]) => [`slots.${index}.${name}`, value]);
  return { set: Object.fromEntries(at), only: { desired: "RUN", [`slots.${index}.attempt`]: before } };
}

/**
 * Has the engine make the container of the attempt that a slot is at, or what is missing of it. Returns why it never
 * will (the image is gone or cannot be run, or the name is somebody else's), or null. @throws RUNTIME_UNAVAILABLE
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
