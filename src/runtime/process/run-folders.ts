import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { validSecretFiles } from "../container-policy.js";
import type { ContainerSpec } from "../runtime.js";
import { isAbsent, namesIn } from "./folders.js";

/** The spec of a run without its secrets, in `runs/<name>/spec.json`. */
export interface RunSpec extends Pick<
  ContainerSpec,
  "name" | "kind" | "job" | "slot" | "attempt" | "image" | "resources"
> {
  /** 32 hex digits, new for each run, and in its processes' environment. */
  readonly id: string;
  /** The folder where the run was made. In a copy, such as a backup, the spec does not count for processes. */
  readonly folder: string;
}

/** The supervisor's state of a run, in `runs/<name>/state.json`. It exists from the start on. */
export interface RunState {
  /** The supervisor's process. */
  readonly pid: number;
  /** The start time, by which processes of one number differ. */
  readonly start: string;
  /** The process that kills the run if the supervisor is killed. */
  readonly keeper?: { readonly pid: number; readonly start: string };
  /** Seconds since 1970. */
  readonly startedAt: number;
  /** Set for deployments. */
  readonly port: number | null;
  /** The path of its control group, made or not; null if the system offers none. */
  readonly group?: string | null;
  readonly exit?: { readonly code: number; readonly outOfMemory: boolean };
}

/** The folders of runs. A name with a leading dot is temporary: being made or removed. */
export class RunFolders {
  /** The specs and states, which an engine would show of a container. */
  readonly runs: string;
  /** The files of an engine's volumes: secrets, files, scratch space. */
  readonly volumes: string;

  constructor(root: string) {
    this.runs = join(root, "runs");
    this.volumes = join(root, "volumes");
  }

  runFolder(name: string): string {
    return join(this.runs, name);
  }

  volumeFolder(name: string): string {
    return join(this.volumes, name);
  }

  async specs(): Promise<RunSpec[]> {
    return specsOf(this.runs, (name) => this.spec(name));
  }

  /** Returns null if there is no such run of ours. */
  async spec(name: string): Promise<RunSpec | null> {
    return readSpec<RunSpec>(join(this.runFolder(name), "spec.json"), name);
  }

  async volumeSpec(name: string): Promise<RunSpec | null> {
    return readSpec<RunSpec>(join(this.volumeFolder(name), "spec.json"), name);
  }

  async volumeSpecs(): Promise<RunSpec[]> {
    return specsOf(this.volumes, (name) => this.volumeSpec(name));
  }

  /** Returns null for a run that was never started. */
  async state(name: string): Promise<RunState | null> {
    const text = await textOf(join(this.runFolder(name), "state.json"));
    return text === null ? null : (JSON.parse(text) as RunState);
  }
}

/** A foreign or incomplete file counts as absent. */
async function readSpec<Spec extends { readonly name: string }>(file: string, name: string): Promise<Spec | null> {
  const text = await textOf(file);
  if (text === null) return null;
  try {
    const spec = JSON.parse(text) as Spec;
    return spec.name === name ? spec : null;
  } catch {
    return null;
  }
}

async function textOf(file: string): Promise<string | null> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}

async function specsOf(folder: string, read: (name: string) => Promise<RunSpec | null>): Promise<RunSpec[]> {
  const names = (await namesIn(folder)).filter((name) => !name.startsWith("."));
  return (await Promise.all(names.map(read))).filter((spec) => spec !== null);
}

const VOLUME_FOLDERS = ["rocas/secrets", "rocas/state", "work", "data", "model", "nha", "scratch/tmp"];

/** Puts folders and secrets into the volume of a run that was never started. A repeated call replaces them. */
export async function fillVolume(
  volume: string,
  spec: RunSpec,
  secretFiles: Readonly<Record<string, string>>,
): Promise<void> {
  for (const folder of VOLUME_FOLDERS) await mkdir(join(volume, folder), { recursive: true, mode: 0o700 });
  await replaceFile(join(volume, "spec.json"), JSON.stringify(spec), spec.id);
  for (const [name, content] of Object.entries(validSecretFiles(secretFiles)))
    await replaceFile(join(volume, "rocas/secrets", name), content, spec.id);
}

/** Replaces a file in one step: another process may fill the same volume with the same content. */
async function replaceFile(file: string, content: string, id: string): Promise<void> {
  const part = `${file}.${id}.${process.pid}.${Math.random().toString(36).slice(2)}.part`;
  await writeFile(part, content, { mode: 0o400, flag: "wx" });
  await rename(part, file);
}
