import { buffer } from "node:stream/consumers";
import { pack } from "tar-stream";
import { DomainError } from "../../errors.js";
import {
  JOB_USER,
  SCRATCH_FOLDER,
  scratchVolume,
  STATE_FOLDER,
  stateVolume,
  validSecretFiles,
} from "../container-policy.js";
import type { AttemptName, ContainerSpec } from "../runtime.js";
import type { DockerEngine } from "./docker-engine.js";
import type { EngineImage, Labels } from "./engine-answers.js";
import { hasStatus, runtimeUnavailable } from "./engine-dial.js";

/** @throws CONFLICT if a foreign volume has the name */
export async function ensureVolumes(engine: DockerEngine, name: string, labels: Labels): Promise<void> {
  for (const volume of [stateVolume(name), scratchVolume(name)]) {
    await engine.createVolume(volume, labels);
    const made = await engine.volume(volume);
    if (!made) throw runtimeUnavailable(`The engine does not show the volume ${volume} that it made.`);
    if (made.Labels?.["rocas.cluster"] !== labels["rocas.cluster"])
      throw new DomainError("CONFLICT", `The engine has a volume ${volume} that is not ours.`);
  }
}

/**
 * Puts secrets and folders into the volumes of a container that was never started. A read-only root or a tmpfs takes no
 * archive, and a fresh volume belongs to root.
 */
export async function fillVolumes(engine: DockerEngine, id: string, container: ContainerSpec): Promise<void> {
  await engine.putArchive(id, STATE_FOLDER, await stateArchive(container.secretFiles));
  await engine.putArchive(id, SCRATCH_FOLDER, await scratchArchive());
}

/** Removes the volumes of a container; resolves also if there are none. Foreign volumes stay. */
export async function removeVolumes(engine: DockerEngine, name: string, cluster: string): Promise<void> {
  for (const volume of [stateVolume(name), scratchVolume(name)]) {
    const found = await engine.volume(volume);
    if (found?.Labels?.["rocas.cluster"] === cluster) await removeUnused(engine, volume);
  }
}

/** Returns each attempt once, by the labels of its volumes. */
export async function attemptsWithVolumes(engine: DockerEngine, cluster: string): Promise<AttemptName[]> {
  const found = new Map<string, AttemptName>();
  for (const { Name, Labels } of await engine.volumes({ label: [`rocas.cluster=${cluster}`] })) {
    const name = Name.replace(/-(?:state|scratch)$/, "");
    const { "rocas.job": job, "rocas.slot": slot, "rocas.attempt": attempt } = Labels ?? {};
    if (job && slot && attempt && name !== Name)
      found.set(name, { name, job, slot: Number(slot), attempt: Number(attempt) });
  }
  return [...found.values()];
}

// A container that was just removed may still hold its volume.
async function removeUnused(engine: DockerEngine, volume: string, tries = 20): Promise<void> {
  try {
    await engine.removeVolume(volume);
  } catch (error) {
    if (tries === 0 || !hasStatus(error, 409)) throw error;
    await new Promise((resolve) => setTimeout(resolve, 100));
    await removeUnused(engine, volume, tries - 1);
  }
}

// The date is fixed: a repeated run makes the same archive.
const OF_ROOT = { type: "directory", mode: 0o755, uid: 0, gid: 0, mtime: new Date(0) } as const;
const OF_JOB = { mtime: new Date(0), uid: JOB_USER, gid: JOB_USER } as const;

function stateArchive(secretFiles: Readonly<Record<string, string>>): Promise<Buffer> {
  const archive = pack();
  archive.entry({ ...OF_ROOT, name: "./" });
  archive.entry({ ...OF_JOB, name: "state/", type: "directory", mode: 0o700 });
  archive.entry({ ...OF_JOB, name: "secrets/", type: "directory", mode: 0o500 });
  for (const [name, content] of Object.entries(validSecretFiles(secretFiles)))
    archive.entry({ ...OF_JOB, name: `secrets/${name}`, mode: 0o400 }, content);
  archive.finalize();
  return buffer(archive);
}

function scratchArchive(): Promise<Buffer> {
  const archive = pack();
  archive.entry({ ...OF_ROOT, name: "./" });
  for (const folder of ["work", "data", "model", "nha", "tmp"])
    archive.entry({ ...OF_JOB, name: `${folder}/`, type: "directory", mode: 0o700 });
  archive.finalize();
  return buffer(archive);
}

/**
 * Returns an error message if the image declares volumes. The engine would make them for each container: writable,
 * unmeasured, and not removed with it.
 */
export function declaredVolumesError({ Config }: EngineImage): string | null {
  const declared = Object.keys(Config?.Volumes ?? {}).filter(
    (each) => each !== STATE_FOLDER && each !== SCRATCH_FOLDER,
  );
  if (declared.length === 0) return null;
  return `The image declares a volume (${declared[0]!.slice(0, 200)}); take VOLUME out of the Dockerfile: what runs writes below /work.`;
}
